#include "cuda/runtime/libraries.h"

#include <vector>

#include "cuda/runtime/check.h"

namespace triptych::cuda {
namespace {

/// One thread's handles.
struct Handles {
  std::vector<cublasHandle_t> blas;
  std::vector<cudnnHandle_t> dnn;
  ~Handles() {
    for (cublasHandle_t handle : blas)
      if (handle) static_cast<void>(cublasDestroy(handle));
    for (cudnnHandle_t handle : dnn)
      if (handle) static_cast<void>(cudnnDestroy(handle));
  }
};
thread_local Handles handles;

template <class Handle>
Handle& of_device(std::vector<Handle>& all, int device) {
  if (static_cast<std::size_t>(device) >= all.size()) all.resize(static_cast<std::size_t>(device) + 1);
  return all[static_cast<std::size_t>(device)];
}

}  // namespace

cublasHandle_t cublas(int device, cudaStream_t stream, void* workspace, Location where) {
  cublasHandle_t& handle = of_device(handles.blas, device);
  if (!handle) {
    check(cublasCreate(&handle), "cublas", "cublasCreate", where);
    // Sums of 16-bit products stay in float32 until the end.
    check(cublasSetMathMode(handle, CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION), "cublas", "cublasSetMathMode",
          where);
  }
  check(cublasSetStream(handle, stream), "cublas", "cublasSetStream", where);
  check(cublasSetWorkspace(handle, workspace, cublas_workspace_bytes), "cublas", "cublasSetWorkspace", where);
  return handle;
}

cudnnHandle_t cudnn(int device, cudaStream_t stream, Location where) {
  cudnnHandle_t& handle = of_device(handles.dnn, device);
  if (!handle) check(cudnnCreate(&handle), "cudnn", "cudnnCreate", where);
  check(cudnnSetStream(handle, stream), "cudnn", "cudnnSetStream", where);
  return handle;
}

}  // namespace triptych::cuda
