// topk and kthvalue: the best elements along an axis.
#include <algorithm>

#include "core/ops/ops.h"
#include "core/ops/order/order.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op topk_op;

namespace {

void topk_infer(Infer& infer) {
  infer.check_outputs(2);
  const auto& a = infer.attributes<TopkAttributes>();
  Shape out = infer.shape(0);
  const int axis = infer.axis(a.axis, std::max(out.rank(), 1));
  const Dim length = out.rank() == 0 ? Dim(1) : out.dim(axis);
  if (a.k < 0 || (length.known() && a.k > length.raw()))
    infer.fail("there are not k elements", "k is " + std::to_string(a.k) + ", " + infer.given());
  if (out.rank() == 0)
    infer.check(a.k == 1, "k is not 1 for a tensor of one element", "Give it a dimension with unsqueeze");
  else
    out.set(axis, a.k);
  infer.output(0, out, infer.dtype(0));
  infer.output(1, out, int64);
}

void topk_gradient(Gradient& g) {
  const Tensor x = g.input(0), upstream = g.upstream();
  g.set(0, x.ndim() == 0 ? upstream
                         : scatter_add(zeros_like(x), g.attributes<TopkAttributes>().axis, g.output(1), upstream));
}

}  // namespace

extern const Op topk_op{.name = "topk",
                        .inputs = 1,
                        .attributes = &attribute_type<TopkAttributes>,
                        .infer = topk_infer,
                        .gradient = topk_gradient,
                        .saves_outputs = 0b10};

ValuesAndIndices topk(Arg x, std::int64_t k, std::int64_t axis, bool largest, bool) {
  const TopkAttributes attributes{k, axis, largest};
  const Arg* inputs[] = {&x};
  Tensor results[2];
  apply(topk_op, inputs, &attributes, results, x.where());
  return {std::move(results[0]), std::move(results[1])};
}

ValuesAndIndices kthvalue(Arg x, std::int64_t k, std::int64_t axis, bool keepdims) {
  const Called called("kthvalue");
  const Frame frame(x.where());
  if (k < 1) throw ArgumentError("kthvalue", "k is less than 1", std::to_string(k), "It counts from 1", x.where());
  const auto [values, indices] = topk(x, k, axis, false);
  if (values.ndim() == 0) return {values, indices};
  const auto last = [&](const Tensor& best) {
    return keepdims ? slice(best, axis, {k - 1, none}) : select(best, axis, k - 1);
  };
  return {last(values), last(indices)};
}

}  // namespace triptych
