// Batch and layer normalization, dropout.
#pragma once

#include <utility>

#include "triptych/core/ops/update.h"
#include "triptych/core/tensor.h"

namespace triptych {

struct BatchNormOptions {
  /// Normalize with the batch's own statistics, and move the running ones; else with the running ones.
  bool training = false;
  /// torch: running = (1 - momentum) running + momentum batch, with the unbiased variance (n - 1).
  /// tf, keras: running = momentum running + (1 - momentum) batch, with the biased variance (n).
  double momentum = 0.1;
  double eps = 1e-5;
  /// The channels' axis: 1 (PyTorch), -1 (TensorFlow, Keras).
  std::int64_t axis = 1;
  UpdateFormula formula = UpdateFormula::torch;
};

/// Batch normalization: y = (x - mean) / sqrt(var + eps) * gamma + beta for each channel, mean and (biased) variance
/// taken over all other axes. In training, `running_mean` and `running_var` are written: they must be leaves (in a
/// graph: a variable, or a module's or layer's buffer).
///
/// x has any shape with a channel axis of C elements and any strides: a channels-last tensor is not copied. The other
/// tensors are (C). `running_mean` and `running_var` may both be undefined: then the batch's statistics are always
/// used. `gamma` and `beta` may be undefined: 1 and 0.
/// @throws ArgumentError if shapes or dtypes do not fit, or with the formula torch a channel has less than two elements
/// in training.
/// Source: torch.nn.functional.batch_norm.
TRIPTYCH_API Tensor batch_norm(Arg x, const Tensor& running_mean, const Tensor& running_var, const Tensor& gamma = {},
                               const Tensor& beta = {}, BatchNormOptions options = {});

/// Layer normalization: y = (x - mean) / sqrt(var + eps) * gamma + beta, mean and (biased) variance taken over the last
/// axes, whose lengths are `normalized_shape`. `gamma` and `beta` have that shape; they may be undefined (1 and 0).
/// @throws ArgumentError if shapes or dtypes do not fit.
/// Source: torch.nn.functional.layer_norm.
TRIPTYCH_API Tensor layer_norm(Arg x, const Shape& normalized_shape, const Tensor& gamma = {}, const Tensor& beta = {},
                               double eps = 1e-5);

struct DropoutOptions {
  /// The share of elements that become zero.
  double p = 0.5;
  /// Without training, x itself.
  bool training = true;
};

/// Each element is kept with probability 1 - p, and divided by it, or becomes 0. Which, depends on (key, counter) and
/// the element's row-major index only, so it is the same on each engine and for any number of threads.
///
/// `state` is an int64 [2] tensor (key, counter), whose counter goes up by one each time this runs (see
/// Generator::next_stream); if undefined, the default generator gives the next draw.
/// @throws ArgumentError unless 0 <= p <= 1 and x is floating-point.
TRIPTYCH_API Tensor dropout(Arg x, DropoutOptions options = {}, const Tensor& state = {});
template <Number P>
Tensor dropout(Arg x, P p, bool training = true) {
  return dropout(std::move(x), DropoutOptions{.p = static_cast<double>(p), .training = training});
}

}  // namespace triptych
