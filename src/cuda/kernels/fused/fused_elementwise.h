// The parts of the kernel of fused_elementwise.
#pragma once

#include <cuda_runtime.h>

#include <span>
#include <string>

#include "triptych/core/op.h"

namespace triptych::cuda {

/// CUDA C++ of a kernel that computes `formula`, a struct that `code` defines; `types`: of the output and the inputs.
std::string fused_source(const std::string& code, const std::string& formula, const std::string& kernel,
                         std::span<const DType> types);

/// Why such kernels cannot be compiled for `device`, with all the headers that they may include; empty: they can.
std::string no_fused_kernels(int device);

/// Launches it for the operands of `call`.
void run_fused(const KernelCall& call, cudaKernel_t kernel);

}  // namespace triptych::cuda
