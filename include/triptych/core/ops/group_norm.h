// Normalization of an image's or sequence's own channels, in groups or each by itself.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// y = (x - mean) / sqrt(var + eps) * gamma + beta for x (N, C, ...), whose C channels are cut into `num_groups`
/// groups: mean and (biased) variance are those of a group of one example. `gamma` and `beta` are (C); they may be
/// undefined (1 and 0).
/// @throws ArgumentError if shapes or dtypes do not fit, or num_groups does not divide C.
/// Source: torch.nn.functional.group_norm.
TRIPTYCH_API Tensor group_norm(Arg x, std::int64_t num_groups, const Tensor& gamma = {}, const Tensor& beta = {},
                               double eps = 1e-5);

struct InstanceNormOptions {
  /// (C), both or neither. With `use_input_stats` they are written, else they are what normalizes.
  Tensor running_mean = {};
  Tensor running_var = {};
  Tensor gamma = {};
  Tensor beta = {};
  bool use_input_stats = true;
  /// running = (1 - momentum) running + momentum (mean over the examples of their statistics; unbiased variance).
  double momentum = 0.1;
  double eps = 1e-5;
};

/// Each channel of each example of x (N, C, ...) normalized by its own mean and (biased) variance.
/// @throws ArgumentError if shapes or dtypes do not fit, an example's channel has less than two elements, or without
/// `use_input_stats` there are no running statistics.
/// Source: torch.nn.functional.instance_norm.
TRIPTYCH_API Tensor instance_norm(Arg x, InstanceNormOptions options = {});

}  // namespace triptych
