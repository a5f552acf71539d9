// CUDA's two kinds of error: a call's own status, and what goes wrong later in a stream.
#pragma once

#include "cuda_runtime.h"

namespace triptych::cuda::emulator {

/// Every API function returns through this: an error is kept for cudaGetLastError.
cudaError_t status(cudaError_t error);

/// A kernel on `device` failed: the next call that waits for the device returns it. A GPU would return it from then on,
/// and the process would have to end; here the device stays usable.
void set_failure(int device, cudaError_t error);
/// The failure of `device` that no call has returned yet.
cudaError_t take_failure(int device);

}  // namespace triptych::cuda::emulator
