// Events: marks in a stream's work, which others wait for and which know their time.
#include <chrono>
#include <memory>
#include <mutex>
#include <set>

#include "cuda/emulator/device.h"
#include "cuda/emulator/error.h"
#include "cuda/emulator/stream.h"

using Clock = std::chrono::steady_clock;

struct CUevent_st {
  bool timed;
  std::mutex mutex;
  triptych::cuda::emulator::Point point;    // reached at once while nothing is recorded
  std::shared_ptr<Clock::time_point> time;  // written by the stream's thread before the point is reached
};

using namespace triptych::cuda::emulator;

namespace {

struct Events {
  std::mutex mutex;
  std::set<cudaEvent_t> alive;
};
Events& events() {
  static auto* value = new Events;
  return *value;
}

bool is_alive(cudaEvent_t event) {
  std::lock_guard lock(events().mutex);
  return events().alive.count(event) > 0;
}

Point point_of(cudaEvent_t event) {
  std::lock_guard lock(event->mutex);
  return event->point;
}

}  // namespace

cudaError_t cudaEventCreate(cudaEvent_t* event) { return cudaEventCreateWithFlags(event, cudaEventDefault); }

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
  if (device_count() == 0) return status(cudaErrorNoDevice);
  if (event == nullptr || flags > (cudaEventBlockingSync | cudaEventDisableTiming))
    return status(cudaErrorInvalidValue);
  auto* made = new CUevent_st{!(flags & cudaEventDisableTiming), {}, {}, {}};
  std::lock_guard lock(events().mutex);
  events().alive.insert(made);
  *event = made;
  return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  {
    std::lock_guard lock(events().mutex);
    if (events().alive.erase(event) == 0) return status(cudaErrorInvalidResourceHandle);
  }
  delete event;  // those who wait for its point hold the point
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t handle) {
  Stream stream = find_stream(handle);
  if (!stream || !is_alive(event)) return status(cudaErrorInvalidResourceHandle);
  if (refuses_to_wait(stream)) return status(cudaErrorStreamCaptureUnsupported);
  auto time = std::make_shared<Clock::time_point>();
  Point point = submit(stream, [time] { *time = Clock::now(); });
  std::lock_guard lock(event->mutex);
  event->point = point;
  event->time = time;
  return cudaSuccess;
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  if (!is_alive(event)) return status(cudaErrorInvalidResourceHandle);
  Point point = point_of(event);
  point.wait();
  return status(point.stream ? take_failure(point.stream->device) : cudaSuccess);
}

cudaError_t cudaEventQuery(cudaEvent_t event) {
  if (!is_alive(event)) return status(cudaErrorInvalidResourceHandle);
  return status(point_of(event).reached() ? cudaSuccess : cudaErrorNotReady);
}

cudaError_t cudaStreamWaitEvent(cudaStream_t handle, cudaEvent_t event, unsigned) {
  Stream stream = find_stream(handle);
  if (!stream || !is_alive(event)) return status(cudaErrorInvalidResourceHandle);
  submit(stream, [point = point_of(event)] { point.wait(); });  // the point as of now, whatever is recorded later
  return cudaSuccess;
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
  if (!is_alive(start) || !is_alive(end)) return status(cudaErrorInvalidResourceHandle);
  if (!start->timed || !end->timed || !start->time || !end->time) return status(cudaErrorInvalidResourceHandle);
  if (!point_of(start).reached() || !point_of(end).reached()) return status(cudaErrorNotReady);
  *milliseconds = std::chrono::duration<float, std::milli>(*end->time - *start->time).count();
  return cudaSuccess;
}
