// max and min over axes.
#include "core/ops/ops.h"
#include "core/ops/reduce/reduce.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op tie_shares_op;

namespace {

void max_infer(Infer& infer) {
  const auto& a = infer.attributes<ReduceAttributes>();
  infer_reduction(infer, a.axes, a.keepdims, infer.dtype(0));
  check_not_empty(infer, a.axes);
}

void max_gradient(Gradient& g) {
  const auto& a = g.attributes<ReduceAttributes>();
  const Tensor x = g.input(0), extreme = g.output();
  const Arg values = x, extremes = extreme;
  g.set(0, apply(tie_shares_op, {&values, &extremes}, &a) * sum_grad(g.upstream(), x, a.axes, a.keepdims));
}

void tie_shares_infer(Infer& infer) {
  const auto& a = infer.attributes<ReduceAttributes>();
  infer.check(reduced_shape(infer, infer.shape(0), a.axes, a.keepdims).compatible(infer.shape(1)) &&
                  infer.dtype(0) == infer.dtype(1),
              "the second tensor is not of the shape and dtype of the first one's extremes");
  infer.check(is_floating(infer.dtype(0)), "the dtype is not floating", "Convert it with cast");
  infer_like_first(infer);
}

constexpr Op extreme(const char* name) {
  return {.name = name,
          .inputs = 1,
          .attributes = &attribute_type<ReduceAttributes>,
          .infer = max_infer,
          .gradient = max_gradient,
          .saves_inputs = 0b1,
          .saves_outputs = 0b1,
          .wide_gradient = true};
}
}  // namespace

extern const Op max_op = extreme("max");
extern const Op min_op = extreme("min");
/// Inputs: x and its max or min. 1 / k where x is one of k elements that equal it, else 0.
extern const Op tie_shares_op{.name = "tie_shares",
                              .inputs = 2,
                              .attributes = &attribute_type<ReduceAttributes>,
                              .infer = tie_shares_infer,
                              .gradient_stops = true};

Tensor max(Arg x) { return apply_reduction(max_op, x); }
Tensor max(Arg x, const Axes& axes, bool keepdims) { return apply_reduction(max_op, x, axes, keepdims); }
Tensor min(Arg x) { return apply_reduction(min_op, x); }
Tensor min(Arg x, const Axes& axes, bool keepdims) { return apply_reduction(min_op, x, axes, keepdims); }

}  // namespace triptych
