// What metrics that are sums count of each example.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych::keras {

/// A number for each example (n), or one number, times its weight; and the weights (undefined: none).
struct Samples {
  Tensor values, weights;
};

/// The other axes of `values` are brought to one number by their sum or mean, as Keras's reductions do, before or after
/// the weights, as these have those axes or not. ArgumentError if the weights do not fit.
Samples samples_of(const Tensor& values, const Tensor& sample_weight, bool by_sum);

}  // namespace triptych::keras
