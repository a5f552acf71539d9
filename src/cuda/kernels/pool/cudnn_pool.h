// Pools by cuDNN.
#pragma once

#include <memory>

#include "triptych/core/op.h"

namespace triptych::cuda {

/// What cuDNN needs for max_pool2d, avg_pool2d or avg_pool2d_grad; null where our own kernels run: at Numerics::exact,
/// and for windows that cuDNN does not have.
std::shared_ptr<const Prepared> prepare_cudnn_pool(const PrepareCall& call);
/// Does a call for which that gave something.
void cudnn_pool(const KernelCall& call);

}  // namespace triptych::cuda
