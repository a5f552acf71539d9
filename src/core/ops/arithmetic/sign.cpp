// neg, abs, sign, copysign, and functions of the sign.
#include "core/ops/arithmetic/wide.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/pointwise.h"

namespace triptych {

extern const Op abs_grad_op;

namespace {

void neg_infer(Infer& infer) {
  infer.check(infer.dtype(0) != boolean, "the dtype is bool", "Use logical_not");
  infer_elementwise(infer);
}

void neg_gradient(Gradient& g) { g.set(0, neg(g.upstream())); }

Tensor abs_grad(Arg upstream, Arg x) { return apply(abs_grad_op, {&upstream, &x}); }

void abs_gradient(Gradient& g) { g.set(0, abs_grad(g.upstream(), g.input(0))); }

std::vector<Tensor> abs_grad_decompose(std::span<const Tensor> inputs, const void*) {
  return {inputs[0] * sign(where(isnan(inputs[1]), 0, inputs[1]))};  // 0 at NaN, as PyTorch's
}

// Where the sign changes the derivative is -1, where it stays 1: NaN for NaN, as PyTorch's.
void copysign_gradient(Gradient& g) {
  if (g.needs(0)) g.set(0, g.upstream() * copysign(1, g.input(1)) * sign(g.input(0)));
  if (g.needs(1)) g.set(1, zeros_like(g.input(1)));
}

}  // namespace

extern const Op neg_op{.name = "neg", .inputs = 1, .infer = neg_infer, .gradient = neg_gradient};
extern const Op abs_op{
    .name = "abs", .inputs = 1, .infer = infer_elementwise, .gradient = abs_gradient, .saves_inputs = 0b1};
extern const Op abs_grad_op{.name = "abs_grad",
                            .inputs = 2,
                            .infer = infer_floating,
                            .saves_inputs = 0b11,
                            .wide_gradient = true,
                            .decompose = abs_grad_decompose};
extern const Op sign_op{.name = "sign", .inputs = 1, .infer = infer_elementwise, .gradient = zero_gradient};
extern const Op copysign_op{.name = "copysign",
                            .inputs = 2,
                            .infer = infer_floating,
                            .gradient = copysign_gradient,
                            .saves_inputs = 0b11,
                            .broadcasts = true};

Tensor neg(Arg x) { return apply(neg_op, {&x}); }
Tensor abs(Arg x) { return apply(abs_op, {&x}); }
Tensor sign(Arg x) { return apply(sign_op, {&x}); }
Tensor copysign(Arg a, Arg b) { return apply_arithmetic(copysign_op, a, b, true); }

Tensor signbit(Arg x) {
  const Frame frame(x.where());
  if (!is_floating(operand("signbit", x).dtype())) return less(x, 0);
  return less(copysign(1, x), 0);
}

Tensor heaviside(Arg x, Arg values) {
  const Frame frame(x.where());
  const std::optional<TraceScope> traced = scope_of({&x, &values});
  const Tensor& t = operand("heaviside", x);
  const DType dtype = values.is_scalar() ? t.dtype() : result_type(t, operand("heaviside", values));
  return where(equal(x, 0), values, cast(greater(x, 0), dtype));
}

Tensor positive(Arg x) {
  if (operand("positive", x).dtype() == boolean)
    throw ArgumentError("positive", "the dtype is bool", x.tensor().shape().text(), "", x.where());
  return identity(x);
}

}  // namespace triptych
