// where(condition, a, b): a choice, element by element.
#include "core/ops/ops.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/dtype_info.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void where_infer(Infer& infer) {
  infer.check(infer.dtype(0) == boolean, "the condition is not bool", "Compare, or convert it with cast");
  infer.check(infer.dtype(1) == infer.dtype(2), "dtypes of the choices differ", "Convert one with cast");
  Shape shape;
  infer.check(broadcast(infer.shape(1), infer.shape(2), shape) && broadcast(shape, infer.shape(0), shape),
              "shapes do not broadcast", "Dimensions, counted from the last, must be equal or 1");
  infer.output(0, shape, infer.dtype(1));
}

void where_gradient(Gradient& g) {
  const Tensor condition = g.input(0), upstream = g.upstream();
  if (g.needs(1)) g.set(1, where(condition, upstream, 0));
  if (g.needs(2)) g.set(2, where(condition, 0, upstream));
}

/// The choice as a tensor of `dtype`; a number goes to `device`.
Tensor choice(const Arg& x, DType dtype, Device device) {
  return x.is_scalar() ? number_as(dtype, "where", x, device) : cast(Arg(x.tensor(), x.where()), dtype);
}

}  // namespace

extern const Op where_op{.name = "where",
                         .inputs = 3,
                         .infer = where_infer,
                         .gradient = where_gradient,
                         .saves_inputs = 0b1,
                         .broadcasts = true};

Tensor where(Arg condition, Arg a, Arg b) {
  for (const Arg* x : {&a, &b})
    if (!x->is_scalar()) static_cast<void>(operand("where", *x));
  const DType dtype = result_type(a, b);
  const Device device = operand("where", condition).device();
  const Tensor first = choice(a, dtype, device), second = choice(b, dtype, device);
  const Arg x(first, condition.where()), y(second, condition.where());
  return apply(where_op, {&condition, &x, &y});
}

}  // namespace triptych
