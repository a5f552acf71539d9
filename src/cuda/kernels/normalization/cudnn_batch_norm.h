// Batch normalization by cuDNN.
#pragma once

#include <memory>

#include "triptych/core/op.h"

namespace triptych::cuda {

/// What cuDNN needs for batch_norm, batch_norm_inference or batch_norm_grad; null where our own kernels run: at
/// Numerics::exact, for anything but images, for vectors in another dtype than the statistics', and for running
/// statistics by another formula than PyTorch's.
std::shared_ptr<const Prepared> prepare_cudnn_batch_norm(const PrepareCall& call);
/// Does a call for which that gave something.
void cudnn_batch_norm(const KernelCall& call);

}  // namespace triptych::cuda
