// Every status of CUDA, cuBLAS and cuDNN becomes one of our errors: which call, what it gave, what that means, what to
// do.
#pragma once

#include <cublas_v2.h>
#include <cuda_runtime.h>
#include <cudnn.h>

#include <string_view>

#include "triptych/core/location.h"

namespace triptych::cuda {

/// Throws unless `status` is success. `op` is who called, `call` what was called.
void check(cudaError_t status, std::string_view op, std::string_view call, Location where = {});
void check(cublasStatus_t status, std::string_view op, std::string_view call, Location where = {});
void check(cudnnStatus_t status, std::string_view op, std::string_view call, Location where = {});

/// TRIPTYCH_CUDA_SYNC=1: wait after each kernel, so that its failure is reported by the op that launched it.
bool synchronous();

}  // namespace triptych::cuda
