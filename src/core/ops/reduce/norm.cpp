// norm: the square root of the sum of squares, of which only the results are stored.
#include "core/dispatch/autocast.h"
#include "core/ops/ops.h"
#include "core/ops/reduce/reduce.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void norm_infer(Infer& infer) {
  if (!is_floating(infer.dtype(0))) infer.fail("x is not floating", infer.given(), "Convert it with cast");
  const auto& a = infer.attributes<ReduceAttributes>();
  infer_reduction(infer, a.axes, a.keepdims, infer.dtype(0));
}

/// d norm / dx = x / norm. The shortest way from zero goes nowhere: 0 there.
void norm_gradient(Gradient& g) {
  const auto& a = g.attributes<ReduceAttributes>();
  const Tensor x = g.input(0), root = g.output(), zero = equal(root, 0);
  g.set(0, x * sum_grad(where(zero, 0, g.upstream() / where(zero, 1, root)), x, a.axes, a.keepdims));
}

}  // namespace

extern const Op norm_op{.name = "norm",
                        .inputs = 1,
                        .attributes = &attribute_type<ReduceAttributes>,
                        .infer = norm_infer,
                        .gradient = norm_gradient,
                        .saves_inputs = 0b1,
                        .saves_outputs = 0b1,
                        .wide_gradient = true};

Tensor norm(Arg x) { return apply_reduction(norm_op, x); }
Tensor norm(Arg x, const Axes& axes, bool keepdims) { return apply_reduction(norm_op, x, axes, keepdims); }

}  // namespace triptych
