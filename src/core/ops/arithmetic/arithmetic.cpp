// add, sub, mul, div: elementwise with broadcasting. The walker sums gradients back to each operand's shape.
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void add_gradient(Gradient& g) {
  if (g.needs(0)) g.set(0, g.upstream());
  if (g.needs(1)) g.set(1, g.upstream());
}

void sub_gradient(Gradient& g) {
  if (g.needs(0)) g.set(0, g.upstream());
  if (g.needs(1)) g.set(1, g.upstream() * -1);
}

void mul_gradient(Gradient& g) {
  if (g.needs(0)) g.set(0, g.upstream() * g.input(1));
  if (g.needs(1)) g.set(1, g.upstream() * g.input(0));
}

void div_gradient(Gradient& g) {
  if (g.needs(0)) g.set(0, g.upstream() / g.input(1));
  if (g.needs(1)) g.set(1, g.upstream() * -1 * g.output() / g.input(1));  // -a / b^2 = -(a / b) / b
}

void sub_infer(Infer& infer) {
  infer.check(infer.dtype(0) != boolean, "booleans cannot be subtracted", "Use logical_xor, or convert with cast");
  infer_elementwise(infer);
}

}  // namespace

extern const Op add_op{
    .name = "add", .inputs = 2, .infer = infer_elementwise, .gradient = add_gradient, .broadcasts = true};
extern const Op sub_op{.name = "sub", .inputs = 2, .infer = sub_infer, .gradient = sub_gradient, .broadcasts = true};
extern const Op mul_op{.name = "mul",
                       .inputs = 2,
                       .infer = infer_elementwise,
                       .gradient = mul_gradient,
                       .saves_inputs = 0b11,
                       .broadcasts = true};
extern const Op div_op{.name = "div",
                       .inputs = 2,
                       .infer = infer_elementwise,
                       .gradient = div_gradient,
                       .saves_inputs = 0b10,
                       .saves_outputs = 0b1,
                       .wide_gradient = true,
                       .broadcasts = true};

Tensor add(Arg a, Arg b) { return apply_arithmetic(add_op, a, b); }
Tensor sub(Arg a, Arg b) { return apply_arithmetic(sub_op, a, b); }
Tensor mul(Arg a, Arg b) { return apply_arithmetic(mul_op, a, b); }
Tensor div(Arg a, Arg b) { return apply_arithmetic(div_op, a, b, true); }

}  // namespace triptych
