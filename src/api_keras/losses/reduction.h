// How the losses of examples become one number.
#pragma once

#include <string>

#include "triptych/core/tensor.h"

namespace triptych::keras {

/// Losses times weights of examples, where `mask` is true, reduced as `reduction` says (see LossReductionOptions).
/// Either may be undefined. With a mask, means are over what it leaves. ArgumentError if the weights have more elements
/// than the losses.
Tensor reduce_losses(const Tensor& losses, const Tensor& sample_weight, const Tensor& mask,
                     const std::string& reduction);

/// Weights of examples, where `mask` is true: sums of them count what it leaves. Either may be undefined.
Tensor with_mask(const Tensor& sample_weight, const Tensor& mask, DType dtype);

}  // namespace triptych::keras
