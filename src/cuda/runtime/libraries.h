// cuBLAS and cuDNN: a handle for each device and thread, since a handle serves one thread at a time.
#pragma once

#include <cublas_v2.h>
#include <cudnn.h>

#include "triptych/core/location.h"

namespace triptych::cuda {

/// Bytes of `workspace` for cuBLAS. A call's own, so that what is captured into a graph does not share it.
inline constexpr std::size_t cublas_workspace_bytes = std::size_t{8} << 20;

/// This thread's handle for `device`, which must be the current one; what is called with it goes into `stream`.
cublasHandle_t cublas(int device, cudaStream_t stream, void* workspace, Location where);
cudnnHandle_t cudnn(int device, cudaStream_t stream, Location where);

}  // namespace triptych::cuda
