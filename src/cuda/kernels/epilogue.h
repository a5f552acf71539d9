// What is done to a finished product: bias and activation.
#pragma once

#include "core/ops/product/matmul.h"
#include "cuda/kernels/run.h"

namespace triptych::cuda {

/// The bias (null: none), one element for each index of `channel_axis`, is added to the call's output, then the
/// activation applied; each rounded as the separate op rounds.
void finish_product(Site site, const Operand* bias, int channel_axis, Activation activation);

}  // namespace triptych::cuda
