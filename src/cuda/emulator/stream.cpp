#include "cuda/emulator/stream.h"

#include <cstdlib>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "cuda/emulator/device.h"
#include "cuda/emulator/error.h"
#include "cuda/emulator/sanitizers.h"

namespace triptych::cuda::emulator {

namespace {

void work(const Stream& stream) {
  std::unique_lock lock(stream->mutex);
  for (;;) {
    stream->changed.wait(lock, [&] { return !stream->tasks.empty() || stream->closed; });
    if (stream->tasks.empty()) return;
    std::function<void()> task = std::move(stream->tasks.front());
    stream->tasks.pop_front();
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
    ++stream->finished;
    stream->changed.notify_all();
  }
}

/// All streams that are alive. Never destroyed: its threads may outlive static objects.
struct Streams {
  std::mutex mutex;
  std::map<cudaStream_t, Stream> alive;
  Stream defaults[max_devices];

  Stream create(int device, bool blocking) {
    // ThreadSanitizer does not see in here that the count of owners keeps the last use before the end.
    Stream stream(new CUstream_st(device, blocking), [](CUstream_st* ended) {
      HiddenFromTsan hidden;
      delete ended;
    });
    alive[stream.get()] = stream;
    std::thread(work, stream).detach();
    return stream;
  }

  const Stream& default_of(int device) {
    if (!defaults[device]) defaults[device] = create(device, true);
    return defaults[device];
  }
};

Streams& streams() {
  static auto* value = [] {
    std::atexit([] {  // pending work must not meet destroyed static objects
      for (int device = 0; device < max_devices; ++device) wait_for_device(device);
    });
    return new Streams;
  }();
  return *value;
}

Point last_point(const Stream& stream) {
  std::lock_guard lock(stream->mutex);
  return {stream, stream->submitted};
}

}  // namespace

bool Point::reached() const {
  if (!stream) return true;
  std::lock_guard lock(stream->mutex);
  return stream->finished >= number;
}

void Point::wait() const {
  if (!stream) return;
  std::unique_lock lock(stream->mutex);
  stream->changed.wait(lock, [&] { return stream->finished >= number; });
}

Stream find_stream(cudaStream_t handle) {
  Streams& all = streams();
  std::lock_guard lock(all.mutex);
  if (handle == nullptr) return all.default_of(current_device());
  auto found = all.alive.find(handle);
  return found == all.alive.end() ? nullptr : found->second;
}

bool refuses_to_wait(const Stream& stream) {
  std::lock_guard lock(stream->mutex);
  if (stream->captured) stream->captured->invalid = true;
  return stream->captured != nullptr;
}

Point submit(const Stream& stream, std::function<void()> task) {
  {
    std::lock_guard lock(stream->mutex);
    if (stream->captured) {
      stream->captured->tasks.push_back(std::move(task));
      return {};
    }
  }
  Streams& all = streams();
  std::lock_guard lock(all.mutex);
  std::vector<Point> before;
  const Stream& default_stream = all.default_of(stream->device);
  for (const auto& [handle, other] : all.alive) {
    bool in_step = stream == default_stream || other == default_stream;
    if (other == stream || other->device != stream->device || !other->blocking || !stream->blocking || !in_step)
      continue;
    if (Point point = last_point(other); !point.reached()) before.push_back(std::move(point));
  }
  std::lock_guard stream_lock(stream->mutex);
  stream->tasks.push_back([before = std::move(before), task = std::move(task)] {
    for (const Point& point : before) point.wait();
    task();
  });
  stream->changed.notify_all();
  return {stream, ++stream->submitted};
}

void wait_for_device(int device) {
  std::vector<Point> points;
  {
    Streams& all = streams();
    std::lock_guard lock(all.mutex);
    for (const auto& [handle, stream] : all.alive) {
      if (stream->device == device) points.push_back(last_point(stream));
    }
  }
  for (const Point& point : points) point.wait();
}

}  // namespace triptych::cuda::emulator

using namespace triptych::cuda::emulator;

cudaError_t cudaStreamCreate(cudaStream_t* stream) { return cudaStreamCreateWithFlags(stream, cudaStreamDefault); }

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  if (device_count() == 0) return status(cudaErrorNoDevice);
  if (stream == nullptr || flags > cudaStreamNonBlocking) return status(cudaErrorInvalidValue);
  std::lock_guard lock(streams().mutex);
  *stream = streams().create(current_device(), flags != cudaStreamNonBlocking).get();
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t handle) {
  Stream stream = handle == nullptr ? nullptr : find_stream(handle);
  if (!stream) return status(cudaErrorInvalidResourceHandle);
  {
    std::lock_guard lock(streams().mutex);
    streams().alive.erase(handle);
  }
  std::lock_guard lock(stream->mutex);
  stream->closed = true;  // its thread ends once the queue is empty; nobody waits for that
  stream->changed.notify_all();
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t handle) {
  Stream stream = find_stream(handle);
  if (!stream) return status(cudaErrorInvalidResourceHandle);
  if (refuses_to_wait(stream)) return status(cudaErrorStreamCaptureUnsupported);
  last_point(stream).wait();
  return status(take_failure(stream->device));
}

cudaError_t cudaStreamQuery(cudaStream_t handle) {
  Stream stream = find_stream(handle);
  if (!stream) return status(cudaErrorInvalidResourceHandle);
  if (refuses_to_wait(stream)) return status(cudaErrorStreamCaptureUnsupported);
  if (!last_point(stream).reached()) return status(cudaErrorNotReady);
  return status(take_failure(stream->device));
}

cudaError_t cudaLaunchHostFunc(cudaStream_t handle, cudaHostFn_t function, void* data) {
  Stream stream = find_stream(handle);
  if (!stream) return status(cudaErrorInvalidResourceHandle);
  submit(stream, [=] { function(data); });
  return cudaSuccess;
}
