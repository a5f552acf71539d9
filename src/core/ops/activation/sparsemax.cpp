// sparsemax: the projection onto the probability simplex, from sorted elements.
#include "core/ops/ops.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/masked_softmax.h"
#include "triptych/core/ops/order.h"

namespace triptych {

Tensor sparsemax(Arg x, std::int64_t axis) {
  const Frame frame(x.where());
  const Tensor& given = operand("sparsemax", x);
  if (!is_floating(given.dtype()))
    throw ArgumentError("sparsemax", "x is not floating", std::string(dtype_name(given.dtype())),
                        "Convert it with cast(x, float32)", x.where());
  if (given.ndim() == 0) return reshape_like(sparsemax(unsqueeze(x, 0), 0), x);  // its own row
  axis = normalize_axis("sparsemax", axis, given.ndim(), x.where());
  return rounded_once(given, [&](const Tensor& wide) {
    // The k largest elements z are the support: as long as 1 + k z_k is above their sum.
    const Tensor sorted = sort(wide.detach(), axis, true).values, largest = slice(sorted, axis, {0, 1});
    const Tensor z = wide - largest, ordered = sorted - largest, ranks = cumsum(ones_like(ordered), axis);
    const Tensor inside = greater(ordered * ranks + 1, cumsum(ordered, axis));
    const auto threshold_of = [&](const Tensor& chosen, const Tensor& values) {
      const Tensor members = sum(cast(chosen, values.dtype()), axis, true);
      return (sum(where(chosen, values, 0), axis, true) - 1) / members;
    };
    // Once more from the elements in their places, which have the gradient; a NaN stays one.
    const Tensor outside = less_equal(z, threshold_of(inside, ordered));
    return where(outside, 0, z - threshold_of(logical_not(outside), z));
  });
}

}  // namespace triptych
