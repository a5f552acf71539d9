// Softmax with a mask or a dtype, its negative and its sparse and random relatives.
#pragma once

#include "triptych/core/ops/softmax.h"

namespace triptych {

/// softmax(x) (log_softmax(x)) computed and given in `dtype`, of integers and booleans too.
TRIPTYCH_API Tensor softmax(Arg x, std::int64_t axis, DType dtype);
TRIPTYCH_API Tensor log_softmax(Arg x, std::int64_t axis, DType dtype);
/// softmax(-x): the smallest gets most.
TRIPTYCH_API Tensor softmin(Arg x, std::int64_t axis = -1);

/// softmax (log_softmax) along `axis` of the elements where `mask` (bool, broadcasts to x) is true; the others are 0
/// (-infinity), all of a row where nothing is left. As PyTorch's of `masked_fill(~mask, -inf)`, but for such rows,
/// which are NaN there.
/// @throws ArgumentError if x is not floating-point, or the mask is not bool or does not broadcast to x's shape.
TRIPTYCH_API Tensor masked_softmax(Arg x, Arg mask, std::int64_t axis = -1);
TRIPTYCH_API Tensor masked_log_softmax(Arg x, Arg mask, std::int64_t axis = -1);

/// The point of the probability simplex that is nearest to x, along `axis`: max(0, x - t), t such that they add up to
/// one. Like softmax, but small ones are 0.
/// @throws ArgumentError if x is not floating-point or `axis` is out of range. Source: Martins and Astudillo, 2016.
TRIPTYCH_API Tensor sparsemax(Arg x, std::int64_t axis = -1);

struct GumbelSoftmaxOptions {
  /// The temperature: the smaller, the nearer to one-hot.
  double tau = 1;
  /// The result is one-hot; its gradient is that of the soft one (straight-through).
  bool hard = false;
  std::int64_t axis = -1;
};
/// softmax((logits + g) / tau), g drawn from the Gumbel distribution: a sample of the categorical distribution with
/// these logits that has a gradient. `state` as for `dropout`.
/// @throws ArgumentError if logits are not floating-point or tau is not positive. Source: Jang et al., 2017;
/// torch.nn.functional.gumbel_softmax.
TRIPTYCH_API Tensor gumbel_softmax(Arg logits, GumbelSoftmaxOptions options = {}, const Tensor& state = {});

}  // namespace triptych
