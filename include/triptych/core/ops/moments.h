// The mean and the variance of a whole population, which NumPy, TensorFlow and Keras mean by variance: divided by n,
// where PyTorch's `var` divides by n - 1. (What is said of axes in reduce.h holds here.)
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// The sum of (x - mean)^2 / n, and its square root, whose derivative is 0 where all values are equal.
/// @throws ArgumentError if x is not floating-point (all functions of this header).
TRIPTYCH_API Tensor population_var(Arg x);
TRIPTYCH_API Tensor population_var(Arg x, const Axes& axes, bool keepdims = false);
TRIPTYCH_API Tensor population_std(Arg x);
TRIPTYCH_API Tensor population_std(Arg x, const Axes& axes, bool keepdims = false);

struct Moments {
  Tensor mean, variance;
};
/// The mean and the variance of the population. Source: tf.nn.moments, keras.ops.moments.
TRIPTYCH_API Moments moments(Arg x, const Axes& axes, bool keepdims = false);
/// The same where each element counts as often as its weight says, which broadcasts to x.
/// Source: tf.nn.weighted_moments.
TRIPTYCH_API Moments weighted_moments(Arg x, const Axes& axes, Arg frequency_weights, bool keepdims = false);

/// (x - mean) / sqrt(variance + epsilon) * scale + offset, all of which broadcast with x; `scale` and `offset` may be
/// undefined: 1 and 0. Source: tf.nn.batch_normalization, keras.ops.batch_normalization.
TRIPTYCH_API Tensor normalized_by(Arg x, Arg mean, Arg variance, const Tensor& offset, const Tensor& scale,
                                  double epsilon);

}  // namespace triptych
