// cuSOLVER: a handle for each device and thread, as for cuBLAS (libraries.h).
#pragma once

#include <cusolverDn.h>

#include <string_view>

#include "triptych/core/location.h"

namespace triptych::cuda {

struct Solver {
  cusolverDnHandle_t handle = nullptr;
  cusolverDnParams_t params = nullptr;
};

/// This thread's handle for `device`, which must be the current one; what is called with it goes into `stream`.
Solver solver(int device, cudaStream_t stream, Location where);

/// Throws unless `status` is success. `op` is who called, `call` what was called.
void check(cusolverStatus_t status, std::string_view op, std::string_view call, Location where = {});

}  // namespace triptych::cuda
