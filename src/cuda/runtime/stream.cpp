#include "cuda/runtime/stream.h"

#include <mutex>
#include <utility>
#include <vector>

#include "cuda/runtime/check.h"
#include "cuda/runtime/device.h"

namespace triptych::cuda {

namespace {

bool is_ready(cudaError_t status, const char* call) {
  if (status == cudaErrorNotReady) {
    cudaGetLastError();  // an answer, not an error
    return false;
  }
  check(status, "stream", call);
  return true;
}

/// The library's own stream of each device, made when first asked for. Never destroyed: tensors with static storage
/// duration may outlive it.
Stream& library_stream(int device) {
  static auto* mutex = new std::mutex;
  static auto* streams = new std::vector<Stream*>;
  std::lock_guard lock(*mutex);
  if (std::size_t(device) >= streams->size()) streams->resize(std::size_t(device) + 1);
  Stream*& stream = (*streams)[std::size_t(device)];
  if (!stream) stream = new Stream(device);
  return *stream;
}

/// What guards have set on this thread, by device; null: the library's stream.
thread_local std::vector<cudaStream_t> chosen;

}  // namespace

Stream::Stream(int device) : device_(device) {
  DeviceGuard guard(device);
  check(cudaStreamCreateWithFlags(&handle_, cudaStreamNonBlocking), "stream", "cudaStreamCreateWithFlags");
}
Stream::~Stream() { static_cast<void>(cudaStreamDestroy(handle_)); }
void Stream::synchronize() const { check(cudaStreamSynchronize(handle_), "stream", "cudaStreamSynchronize"); }
bool Stream::is_idle() const { return is_ready(cudaStreamQuery(handle_), "cudaStreamQuery"); }

Event::Event(int device) {
  DeviceGuard guard(device);
  check(cudaEventCreate(&handle_), "event", "cudaEventCreate");
}
Event::~Event() { static_cast<void>(cudaEventDestroy(handle_)); }
void Event::record(cudaStream_t stream) { check(cudaEventRecord(handle_, stream), "event", "cudaEventRecord"); }
void Event::make_wait(cudaStream_t stream) const {
  check(cudaStreamWaitEvent(stream, handle_, 0), "event", "cudaStreamWaitEvent");
}
void Event::synchronize() const { check(cudaEventSynchronize(handle_), "event", "cudaEventSynchronize"); }
bool Event::is_reached() const { return is_ready(cudaEventQuery(handle_), "cudaEventQuery"); }
float Event::milliseconds_since(const Event& start) const {
  float milliseconds = 0;
  check(cudaEventElapsedTime(&milliseconds, start.handle_, handle_), "event", "cudaEventElapsedTime");
  return milliseconds;
}

cudaStream_t current_stream(int device) {
  if (std::size_t(device) < chosen.size() && chosen[std::size_t(device)]) return chosen[std::size_t(device)];
  return library_stream(device).handle();
}

StreamGuard::StreamGuard(const Stream& stream) : device_(stream.device()) {
  if (std::size_t(device_) >= chosen.size()) chosen.resize(std::size_t(device_) + 1);
  previous_ = std::exchange(chosen[std::size_t(device_)], stream.handle());
}
StreamGuard::~StreamGuard() { chosen[std::size_t(device_)] = previous_; }

PinnedBuffer::PinnedBuffer(std::size_t bytes) : bytes_(bytes) {
  check(cudaMallocHost(&data_, bytes), "memory", "cudaMallocHost");
}
PinnedBuffer::~PinnedBuffer() { static_cast<void>(cudaFreeHost(data_)); }

}  // namespace triptych::cuda
