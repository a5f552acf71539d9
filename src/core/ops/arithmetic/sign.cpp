// neg, abs and sign.
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void neg_infer(Infer& infer) {
  infer.check(infer.dtype(0) != boolean, "the dtype is bool", "Use logical_not");
  infer_elementwise(infer);
}

void neg_gradient(Gradient& g) { g.set(0, neg(g.upstream())); }

void abs_gradient(Gradient& g) {
  const Tensor x = g.input(0);
  g.set(0, g.upstream() * sign(where(isnan(x), 0, x)));  // 0 at NaN, as PyTorch's
}

}  // namespace

extern const Op neg_op{.name = "neg", .inputs = 1, .infer = neg_infer, .gradient = neg_gradient};
extern const Op abs_op{
    .name = "abs", .inputs = 1, .infer = infer_elementwise, .gradient = abs_gradient, .saves_inputs = 0b1};
extern const Op sign_op{.name = "sign", .inputs = 1, .infer = infer_elementwise, .gradient = zero_gradient};

Tensor neg(Arg x) { return apply(neg_op, {&x}); }
Tensor abs(Arg x) { return apply(abs_op, {&x}); }
Tensor sign(Arg x) { return apply(sign_op, {&x}); }

}  // namespace triptych
