// The library's CUDA kernels.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych::cuda {

/// Registers all of them: those of core/ops/list.inc.
void register_kernels();

/// Copies values within a device between tensors of one shape and dtype with any strides.
void copy_strided(const void* from, const TensorMeta& from_meta, void* to, const TensorMeta& to_meta);

}  // namespace triptych::cuda
