// sort along an axis, and what takes one of its two results.
#include <algorithm>

#include "core/ops/ops.h"
#include "core/ops/order/order.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op sort_op;

namespace {

// Outputs: the values[, where they were].
void sort_infer(Infer& infer) {
  infer.check(infer.output_count() == 1 || infer.output_count() == 2, "there are neither one nor two outputs");
  infer.axis(infer.attributes<SortAttributes>().axis, std::max(infer.shape(0).rank(), 1));
  infer.output(0, infer.shape(0), infer.dtype(0));
  if (infer.output_count() == 2) infer.output(1, infer.shape(0), int64);
}

// Each value goes back to its place.
void sort_gradient(Gradient& g) {
  const Tensor x = g.input(0), upstream = g.upstream();
  g.set(0, x.ndim() == 0 ? upstream
                         : scatter_add(zeros_like(x), g.attributes<SortAttributes>().axis, g.output(1), upstream));
}

}  // namespace

extern const Op sort_op{.name = "sort",
                        .inputs = 1,
                        .attributes = &attribute_type<SortAttributes>,
                        .infer = sort_infer,
                        .gradient = sort_gradient,
                        .saves_outputs = 0b10};

ValuesAndIndices sort(Arg x, std::int64_t axis, bool descending, bool) {
  const SortAttributes attributes{axis, descending};
  const Arg* inputs[] = {&x};
  Tensor results[2];
  apply(sort_op, inputs, &attributes, results, x.where());
  return {std::move(results[0]), std::move(results[1])};
}

Tensor sorted_values(Arg x, std::int64_t axis) {
  const SortAttributes attributes{axis};
  const Tensor values = operand("sort", x).detach(x.where());
  const Arg argument(values, x.where());
  return apply(sort_op, {&argument}, &attributes);
}

Tensor argsort(Arg x, std::int64_t axis, bool descending, bool stable) {
  const Called called("argsort");
  return sort(x, axis, descending, stable).indices;
}

Tensor msort(Arg x) {
  const Called called("msort");
  return sort(x, 0).values;
}

}  // namespace triptych
