// logsumexp over axes.
#include "core/ops/ops.h"
#include "core/ops/reduce/reduce.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void logsumexp_infer(Infer& infer) {
  if (!is_floating(infer.dtype(0)))
    infer.fail("the tensor is not floating-point", infer.given(), "Convert it with cast(x, float32)");
  const auto& a = infer.attributes<ReduceAttributes>();
  infer_reduction(infer, a.axes, a.keepdims, infer.dtype(0));
}

// y = log sum exp(x): dx = exp(x - y) dy.
void logsumexp_gradient(Gradient& g) {
  const auto& a = g.attributes<ReduceAttributes>();
  const Tensor x = g.input(0);
  const auto expand = [&](const Tensor& reduced) { return sum_grad(reduced, x, a.axes, a.keepdims); };
  g.set(0, exp(x - expand(g.output())) * expand(g.upstream()));
}

}  // namespace

extern const Op logsumexp_op{.name = "logsumexp",
                             .inputs = 1,
                             .attributes = &attribute_type<ReduceAttributes>,
                             .infer = logsumexp_infer,
                             .gradient = logsumexp_gradient,
                             .saves_inputs = 0b1,
                             .saves_outputs = 0b1,
                             .wide_gradient = true};

Tensor logsumexp(Arg x) { return apply_reduction(logsumexp_op, x); }
Tensor logsumexp(Arg x, const Axes& axes, bool keepdims) { return apply_reduction(logsumexp_op, x, axes, keepdims); }

}  // namespace triptych
