#include "cuda/runtime/capture.h"

#include <cuda_runtime.h>

#include <utility>
#include <vector>

#include "cuda/runtime/allocator.h"
#include "cuda/runtime/check.h"
#include "cuda/runtime/device.h"
#include "cuda/runtime/stream.h"

namespace triptych::cuda {
namespace {

class CapturedGraph : public Captured {
 public:
  CapturedGraph(int device, cudaGraphExec_t executable, std::vector<void*> blocks)
      : device_(device), executable_(executable), blocks_(std::move(blocks)) {}
  ~CapturedGraph() override {
    static_cast<void>(cudaGraphExecDestroy(executable_));
    for (void* block : blocks_) allocator(device_).free(block);
  }
  void replay() override {
    const DeviceGuard guard(device_);
    check(cudaGraphLaunch(executable_, current_stream(device_)), "session", "cudaGraphLaunch");
  }

 private:
  int device_;
  cudaGraphExec_t executable_;
  std::vector<void*> blocks_;
};

/// The capture that is under way; gives everything back unless it is finished.
class Recording {
 public:
  Recording(int device, cudaStream_t stream, cudaStream_t replayed_in) : device_(device), stream_(stream) {
    allocator(device).begin_capture(replayed_in);
    const cudaError_t status = cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed);
    if (status != cudaSuccess) give_back();
    check(status, "session", "cudaStreamBeginCapture");
  }
  ~Recording() {
    if (finished_) return;
    cudaGraph_t graph = nullptr;
    if (cudaStreamEndCapture(stream_, &graph) == cudaSuccess) static_cast<void>(cudaGraphDestroy(graph));
    cudaGetLastError();  // that it was invalid has been told by what made it so
    give_back();
  }
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  std::unique_ptr<Captured> finish() {
    finished_ = true;
    std::vector<void*> blocks = allocator(device_).end_capture();
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t executable = nullptr;
    cudaError_t status = cudaStreamEndCapture(stream_, &graph);
    const char* call = "cudaStreamEndCapture";
    if (status == cudaSuccess) {
      status = cudaGraphInstantiate(&executable, graph, 0);
      call = "cudaGraphInstantiate";
      static_cast<void>(cudaGraphDestroy(graph));
    }
    if (status != cudaSuccess)
      for (void* block : blocks) allocator(device_).free(block);
    check(status, "session", call);
    return std::make_unique<CapturedGraph>(device_, executable, std::move(blocks));
  }

 private:
  void give_back() {
    for (void* block : allocator(device_).end_capture()) allocator(device_).free(block);
  }

  int device_;
  cudaStream_t stream_;
  bool finished_ = false;
};

}  // namespace

std::unique_ptr<Captured> capture(int device, const std::function<void()>& work) {
  const DeviceGuard on(device);
  const cudaStream_t replayed_in = current_stream(device);
  // A stream of its own: what other threads put into the usual one meanwhile is not part of the graph.
  const Stream stream(device);
  const StreamGuard guard(stream);
  Recording recording(device, stream.handle(), replayed_in);
  work();
  return recording.finish();
}

}  // namespace triptych::cuda
