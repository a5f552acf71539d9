// add, sub, mul, div: elementwise with broadcasting. The walker sums gradients back to each operand's shape.
#include <string>

#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "core/support/hyperparameter.h"
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

/// alpha b, in the dtype of the sum or difference with a.
Tensor multiple(const char* op, const Arg& a, const Arg& b, Scalar alpha) {
  const Arg& tensor = b.is_scalar() ? a : b;
  DType dtype = operand(op, tensor).dtype();
  for (const Arg* part : {&a, &b})
    dtype = part->is_scalar() ? part->scalar().result_type(dtype) : promote_types(dtype, part->tensor().dtype());
  if (alpha.kind() > Scalar(0).kind() ? !is_floating(dtype) : alpha.kind() != Scalar(true).kind() && dtype == boolean)
    throw ArgumentError(op, "alpha has a higher type than the result",
                        number_text(alpha.to_double()) + " for " + std::string(dtype_name(dtype)),
                        "Convert the tensor with to(float32), or alpha", a.where());
  return (b.is_scalar() ? full_like(Arg(tensor.tensor(), a.where()), b.scalar()).to(dtype, a.where())
                        : b.tensor().to(dtype, b.where())) *
         alpha;
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
Tensor add(Arg a, Arg b, Scalar alpha) {
  const Frame frame(a.where());
  const Called called("add");
  return add(a, multiple("add", a, b, alpha));
}
Tensor sub(Arg a, Arg b, Scalar alpha) {
  const Frame frame(a.where());
  const Called called("sub");
  return sub(a, multiple("sub", a, b, alpha));
}
Tensor mul(Arg a, Arg b) { return apply_arithmetic(mul_op, a, b); }
Tensor div(Arg a, Arg b) { return apply_arithmetic(div_op, a, b, true); }

}  // namespace triptych
