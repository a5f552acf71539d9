// CUDA graphs: work of a stream that is written down once and then put into a stream as a whole.
#include <memory>
#include <utility>

#include "cuda/emulator/error.h"
#include "cuda/emulator/stream.h"

using namespace triptych::cuda::emulator;

/// What can be launched: tasks that outlive the graph that they came from, and each launch.
struct CUgraphExec_st {
  std::shared_ptr<const std::vector<std::function<void()>>> tasks;
};

cudaError_t cudaStreamBeginCapture(cudaStream_t handle, cudaStreamCaptureMode) {
  Stream stream = handle == nullptr ? nullptr : find_stream(handle);  // the default stream cannot be captured
  if (!stream) return status(handle == nullptr ? cudaErrorStreamCaptureUnsupported : cudaErrorInvalidResourceHandle);
  std::lock_guard lock(stream->mutex);
  if (stream->captured) return status(cudaErrorIllegalState);
  stream->captured = std::make_unique<CUgraph_st>();
  return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t handle, cudaGraph_t* graph) {
  Stream stream = find_stream(handle);
  if (!stream || graph == nullptr) return status(cudaErrorInvalidValue);
  std::lock_guard lock(stream->mutex);
  *graph = nullptr;
  if (!stream->captured) return status(cudaErrorIllegalState);
  std::unique_ptr<CUgraph_st> captured = std::move(stream->captured);
  if (captured->invalid) return status(cudaErrorStreamCaptureInvalidated);
  *graph = captured.release();
  return cudaSuccess;
}

cudaError_t cudaStreamIsCapturing(cudaStream_t handle, cudaStreamCaptureStatus* answer) {
  Stream stream = find_stream(handle);
  if (!stream || answer == nullptr) return status(cudaErrorInvalidValue);
  std::lock_guard lock(stream->mutex);
  *answer = !stream->captured           ? cudaStreamCaptureStatusNone
            : stream->captured->invalid ? cudaStreamCaptureStatusInvalidated
                                        : cudaStreamCaptureStatusActive;
  return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned long long) {
  if (executable == nullptr || graph == nullptr) return status(cudaErrorInvalidValue);
  *executable = new CUgraphExec_st{std::make_shared<std::vector<std::function<void()>>>(graph->tasks)};
  return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t handle) {
  Stream stream = find_stream(handle);
  if (!stream || executable == nullptr) return status(cudaErrorInvalidValue);
  submit(stream, [tasks = executable->tasks] {
    for (const std::function<void()>& task : *tasks) task();
  });
  return cudaSuccess;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  if (executable == nullptr) return status(cudaErrorInvalidValue);
  delete executable;
  return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  if (graph == nullptr) return status(cudaErrorInvalidValue);
  delete graph;
  return cudaSuccess;
}
