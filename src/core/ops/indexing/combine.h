// How gradients go through elements that were combined at one place: as PyTorch's scatter_reduce.
#pragma once

#include "core/ops/indexing/pick.h"
#include "triptych/core/ops.h"

namespace triptych {

/// The gradient rule of an op that multiplies elements of x by those of input `source`, or takes extremes of them:
/// `pick(t)` reads t, which is like x, where they went, `put(t, values, combine)` does what the op does.
template <class Pick, class Put>
void combine_gradient(Gradient& g, int source, Combine combine, Pick pick, Put put) {
  const Tensor upstream = g.upstream(), result = g.output(), x = g.input(0);
  const Tensor values = expand_like(g.input(source), pick(x));
  const auto give = [&](const Tensor& gradient) { g.set(source, sum_to_like(gradient, g.input(source))); };
  if (combine == Combine::multiply) {
    // Divided out of the product, but for zeros, whose others are multiplied again.
    if (g.needs(0)) {
      const Tensor others = where(equal(x, 0), 1, x);
      g.set(0, upstream * put(others, values, combine) / others);
    }
    if (g.needs(source)) {
      const Tensor is_zero = equal(values, 0);
      const Tensor zeros = pick(put(zeros_like(x), cast(is_zero, x.dtype()), Combine::add));
      const Tensor is_only_zero = logical_and(is_zero, equal(zeros, 1));
      const Tensor without = put(x, where(is_only_zero, 1, values), combine);
      give(where(is_only_zero, pick(upstream * without), pick(upstream * result) / where(is_zero, 1, values)));
    }
    return;
  }
  // Extremes share the gradient evenly.
  const Tensor is_result = cast(equal(x, result), x.dtype());
  const Tensor value_is_result = cast(equal(values, pick(result)), x.dtype());
  const Tensor share = upstream / put(is_result, value_is_result, Combine::add);
  if (g.needs(0)) g.set(0, is_result * share);
  if (g.needs(source)) give(value_is_result * pick(share));
}

}  // namespace triptych
