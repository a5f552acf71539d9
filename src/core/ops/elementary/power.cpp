// pow, square, sqrt, rsqrt, reciprocal and hypot.
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void pow_gradient(Gradient& g) {
  const Tensor a = g.input(0), b = g.input(1), upstream = g.upstream();
  // Where b is 0 the derivative is 0, not 0 times the infinite 0^-1, which must not come up in the next one either.
  if (g.needs(0)) g.set(0, where(equal(b, 0), 0, upstream * b * pow(a, where(equal(b, 0), 1, b - 1))));
  // Where a is 0 and b is not negative the derivative is 0, not 0 times ln 0.
  if (g.needs(1)) g.set(1, where(logical_and(equal(a, 0), greater_equal(b, 0)), 0, upstream * pow(a, b) * log(a)));
}

void square_gradient(Gradient& g) { g.set(0, g.upstream() * 2 * g.input(0)); }
void sqrt_gradient(Gradient& g) { g.set(0, g.upstream() / (g.output() * 2)); }
void rsqrt_gradient(Gradient& g) { g.set(0, g.upstream() * -0.5 * g.output() * square(g.output())); }
void reciprocal_gradient(Gradient& g) { g.set(0, neg(g.upstream() * square(g.output()))); }

void hypot_gradient(Gradient& g) {
  const Tensor scaled = g.upstream() / g.output();
  if (g.needs(0)) g.set(0, scaled * g.input(0));
  if (g.needs(1)) g.set(1, scaled * g.input(1));
}

}  // namespace

extern const Op pow_op{.name = "pow",
                       .inputs = 2,
                       .infer = infer_elementwise,
                       .gradient = pow_gradient,
                       .saves_inputs = 0b11,
                       .wide_gradient = true,
                       .broadcasts = true,
                       .can_fail = true};
extern const Op square_op{.name = "square",
                          .inputs = 1,
                          .infer = infer_elementwise,
                          .gradient = square_gradient,
                          .saves_inputs = 0b1,
                          .wide_gradient = true};
extern const Op sqrt_op{.name = "sqrt",
                        .inputs = 1,
                        .infer = infer_floating,
                        .gradient = sqrt_gradient,
                        .saves_outputs = 0b1,
                        .wide_gradient = true};
extern const Op rsqrt_op{.name = "rsqrt",
                         .inputs = 1,
                         .infer = infer_floating,
                         .gradient = rsqrt_gradient,
                         .saves_outputs = 0b1,
                         .wide_gradient = true};
extern const Op reciprocal_op{.name = "reciprocal",
                              .inputs = 1,
                              .infer = infer_floating,
                              .gradient = reciprocal_gradient,
                              .saves_outputs = 0b1,
                              .wide_gradient = true};
extern const Op hypot_op{.name = "hypot",
                         .inputs = 2,
                         .infer = infer_floating,
                         .gradient = hypot_gradient,
                         .saves_inputs = 0b11,
                         .saves_outputs = 0b1,
                         .wide_gradient = true,
                         .broadcasts = true};

Tensor pow(Arg a, Arg b) {
  // The common exponents by their own, faster ops.
  if (b.is_scalar() && !a.is_scalar() && a.tensor().defined()) {
    const DType dtype = b.scalar().result_type(a.tensor().dtype());
    if (dtype == a.tensor().dtype() && dtype != boolean && b.scalar().to_double() == 2) return square(a);
    if (is_floating(dtype) && b.scalar().to_double() == 0.5) return sqrt(a);
  }
  return apply_arithmetic(pow_op, a, b);
}
Tensor square(Arg x) { return apply(square_op, {&x}); }
Tensor sqrt(Arg x) { return apply_floating(sqrt_op, x); }
Tensor rsqrt(Arg x) { return apply_floating(rsqrt_op, x); }
Tensor reciprocal(Arg x) { return apply_floating(reciprocal_op, x); }
Tensor hypot(Arg a, Arg b) { return apply_arithmetic(hypot_op, a, b, true); }

}  // namespace triptych
