// The softmax that the layer and attention share.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych::keras {

/// e^x over its sum along `axes`, where `mask` (undefined: everywhere) is true; else 0. As Keras computes it: what is
/// left out gets a very small number before, and where nothing is left all is 0.
Tensor softmax_along(const Tensor& x, const Axes& axes, const Tensor& mask = {});

}  // namespace triptych::keras
