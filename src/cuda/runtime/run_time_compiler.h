// Kernels that are compiled while the program runs: by NVRTC, where the machine has it.
#pragma once

#include <cuda_runtime.h>

#include <string>
#include <vector>

namespace triptych::cuda {

/// Why `sample` cannot be compiled for `device`; empty: it can. Tried once for each kind of device.
std::string no_compiler(int device, const std::string& sample);

/// Machine code of CUDA C++ for GPUs of a compute capability; needs no GPU. `source` may include what
/// src/core/formulas/ and src/cuda/kernels/fused/fused_elements.h do. InternalError with the compiler's messages.
std::vector<char> compile(const std::string& source, int major, int minor);

/// The kernel `name` of `source`, for the current device. Loaded once, as long as the process lives.
cudaKernel_t compiled_kernel(const std::string& source, const char* name);

}  // namespace triptych::cuda
