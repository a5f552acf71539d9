// var and std over axes.
#include "core/ops/ops.h"
#include "core/ops/reduce/reduce.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void var_infer(Infer& infer) {
  if (!is_floating(infer.dtype(0)))
    infer.fail("the tensor is not floating-point", infer.given(), "Convert it with cast(x, float32)");
  const auto& a = infer.attributes<CountAttributes>();
  infer_reduction(infer, a.axes, a.keepdims, infer.dtype(0));
}

/// d var / dx = 2 (x - mean) / (n - correction), times `upstream` of the reduced shape.
Tensor centered_gradient(const Gradient& g, const Tensor& upstream) {
  const auto& a = g.attributes<CountAttributes>();
  const Tensor x = g.input(0);
  const Tensor center = a.axes.empty() ? mean(x) : mean(x, a.axes, true);
  return (x - center) * sum_grad(divide_by_count(upstream * 2, x, a.axes, a.correction), x, a.axes, a.keepdims);
}

void var_gradient(Gradient& g) { g.set(0, centered_gradient(g, g.upstream())); }

// d std = d var / (2 std); 0 where all values are equal, as PyTorch.
void std_gradient(Gradient& g) {
  const Tensor deviation = g.output(), equal_values = equal(deviation, 0);
  g.set(0, centered_gradient(g, where(equal_values, 0, g.upstream() / (where(equal_values, 1, deviation) * 2))));
}

Tensor apply_over_all(const Op& op, Arg& x) {
  const CountAttributes all{{}, VarOptions().correction};
  return apply(op, {&x}, &all);
}

Tensor apply_over(const Op& op, Arg& x, const Axes& axes, const VarOptions& options) {
  if (axes.empty()) {
    const Tensor row = with_one_axis(x);
    const Arg single(row, x.where());
    const CountAttributes first{0, options.correction};
    return apply(op, {&single}, &first);
  }
  const CountAttributes attributes{axes, options.correction, options.keepdims};
  return apply(op, {&x}, &attributes);
}

}  // namespace

extern const Op var_op{.name = "var",
                       .inputs = 1,
                       .attributes = &attribute_type<CountAttributes>,
                       .infer = var_infer,
                       .gradient = var_gradient,
                       .saves_inputs = 0b1,
                       .wide_gradient = true};
extern const Op std_op{.name = "std",
                       .inputs = 1,
                       .attributes = &attribute_type<CountAttributes>,
                       .infer = var_infer,
                       .gradient = std_gradient,
                       .saves_inputs = 0b1,
                       .saves_outputs = 0b1,
                       .wide_gradient = true};

Tensor var(Arg x) { return apply_over_all(var_op, x); }
Tensor var(Arg x, const Axes& axes, VarOptions options) { return apply_over(var_op, x, axes, options); }
Tensor std(Arg x) { return apply_over_all(std_op, x); }
Tensor std(Arg x, const Axes& axes, VarOptions options) { return apply_over(std_op, x, axes, options); }

}  // namespace triptych
