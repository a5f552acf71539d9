// Streams: each is a CPU thread that works off a queue, so the host really runs ahead of the device.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "cuda_runtime.h"

/// Work that was captured: a graph's nodes, in their one order.
struct CUgraph_st {
  std::vector<std::function<void()>> tasks;
  bool invalid = false;  // something was asked for that cannot be captured
};

struct CUstream_st {
  CUstream_st(int device, bool blocking) : device(device), blocking(blocking) {}

  const int device;
  const bool blocking;  // in step with the default stream

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> tasks;
  std::uint64_t submitted = 0, finished = 0;
  bool closed = false;
  std::unique_ptr<CUgraph_st> captured;  // while the stream captures
};

namespace triptych::cuda::emulator {

using Stream = std::shared_ptr<CUstream_st>;

/// A place in a stream's work: the end of its task `number`.
struct Point {
  Stream stream;
  std::uint64_t number = 0;

  bool reached() const;
  void wait() const;
};

/// The stream of a handle (nullptr: the current device's default stream); empty for a handle that is not alive.
Stream find_stream(cudaStream_t handle);

/// Appends a task; returns its end. As CUDA's legacy default stream has it: a task there starts after all earlier tasks
/// of the device's blocking streams, and these start their later ones after it.
Point submit(const Stream& stream, std::function<void()> task);

/// Whether the stream captures: then a call that must wait fails, and so does the capture.
bool refuses_to_wait(const Stream& stream);

/// Waits for what has been submitted to any stream of the device.
void wait_for_device(int device);

}  // namespace triptych::cuda::emulator
