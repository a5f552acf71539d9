// Streams and events as objects.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>

namespace triptych::cuda {

/// A queue of work of its own on a device. What is still in it when the object goes is done all the same.
class Stream {
 public:
  explicit Stream(int device);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  cudaStream_t handle() const { return handle_; }
  int device() const { return device_; }
  /// Waits for all that is in the queue; throws what went wrong there.
  void synchronize() const;
  bool is_idle() const;

 private:
  int device_;
  cudaStream_t handle_ = nullptr;
};

/// A mark in a stream's work.
class Event {
 public:
  explicit Event(int device);
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void record(cudaStream_t stream);
  /// What is put into `stream` from now on waits for the mark.
  void make_wait(cudaStream_t stream) const;
  void synchronize() const;
  bool is_reached() const;
  /// Both marks must have been reached.
  float milliseconds_since(const Event& start) const;

 private:
  cudaEvent_t handle_ = nullptr;
};

/// The stream that the library's work on `device` goes to.
cudaStream_t current_stream(int device);

/// While alive, this thread's work for the stream's device goes to that stream.
class [[nodiscard]] StreamGuard {
 public:
  explicit StreamGuard(const Stream& stream);
  ~StreamGuard();
  StreamGuard(const StreamGuard&) = delete;
  StreamGuard& operator=(const StreamGuard&) = delete;

 private:
  int device_;
  cudaStream_t previous_;
};

/// Host memory that copies can use while the host goes on.
class PinnedBuffer {
 public:
  explicit PinnedBuffer(std::size_t bytes);
  ~PinnedBuffer();
  PinnedBuffer(const PinnedBuffer&) = delete;
  PinnedBuffer& operator=(const PinnedBuffer&) = delete;

  void* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }

 private:
  void* data_ = nullptr;
  std::size_t bytes_;
};

}  // namespace triptych::cuda
