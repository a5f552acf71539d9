// Trigonometric and hyperbolic functions and their inverses (tanh is among the activations).
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void sin_gradient(Gradient& g) { g.set(0, g.upstream() * cos(g.input(0))); }
void cos_gradient(Gradient& g) { g.set(0, g.upstream() * neg(sin(g.input(0)))); }
void tan_gradient(Gradient& g) { g.set(0, g.upstream() * (square(g.output()) + 1)); }
void asin_gradient(Gradient& g) { g.set(0, g.upstream() * rsqrt(1 - square(g.input(0)))); }
void acos_gradient(Gradient& g) { g.set(0, neg(g.upstream() * rsqrt(1 - square(g.input(0))))); }
void atan_gradient(Gradient& g) { g.set(0, g.upstream() / (square(g.input(0)) + 1)); }
void sinh_gradient(Gradient& g) { g.set(0, g.upstream() * cosh(g.input(0))); }
void cosh_gradient(Gradient& g) { g.set(0, g.upstream() * sinh(g.input(0))); }
void asinh_gradient(Gradient& g) { g.set(0, g.upstream() * rsqrt(square(g.input(0)) + 1)); }
void acosh_gradient(Gradient& g) { g.set(0, g.upstream() * rsqrt(square(g.input(0)) - 1)); }
void atanh_gradient(Gradient& g) { g.set(0, g.upstream() / (1 - square(g.input(0)))); }

void atan2_gradient(Gradient& g) {
  const Tensor y = g.input(0), x = g.input(1), squares = square(y) + square(x), origin = equal(squares, 0);
  const Tensor scaled = where(origin, 0, g.upstream() / where(origin, 1, squares));
  if (g.needs(0)) g.set(0, scaled * x);
  if (g.needs(1)) g.set(1, neg(scaled * y));
}

}  // namespace

extern const Op sin_op{.name = "sin",
                       .inputs = 1,
                       .infer = infer_floating,
                       .gradient = sin_gradient,
                       .saves_inputs = 0b1,
                       .wide_gradient = true};
extern const Op cos_op{.name = "cos",
                       .inputs = 1,
                       .infer = infer_floating,
                       .gradient = cos_gradient,
                       .saves_inputs = 0b1,
                       .wide_gradient = true};
extern const Op tan_op{.name = "tan",
                       .inputs = 1,
                       .infer = infer_floating,
                       .gradient = tan_gradient,
                       .saves_outputs = 0b1,
                       .wide_gradient = true};
extern const Op asin_op{.name = "asin",
                        .inputs = 1,
                        .infer = infer_floating,
                        .gradient = asin_gradient,
                        .saves_inputs = 0b1,
                        .wide_gradient = true};
extern const Op acos_op{.name = "acos",
                        .inputs = 1,
                        .infer = infer_floating,
                        .gradient = acos_gradient,
                        .saves_inputs = 0b1,
                        .wide_gradient = true};
extern const Op atan_op{.name = "atan",
                        .inputs = 1,
                        .infer = infer_floating,
                        .gradient = atan_gradient,
                        .saves_inputs = 0b1,
                        .wide_gradient = true};
extern const Op sinh_op{.name = "sinh",
                        .inputs = 1,
                        .infer = infer_floating,
                        .gradient = sinh_gradient,
                        .saves_inputs = 0b1,
                        .wide_gradient = true};
extern const Op cosh_op{.name = "cosh",
                        .inputs = 1,
                        .infer = infer_floating,
                        .gradient = cosh_gradient,
                        .saves_inputs = 0b1,
                        .wide_gradient = true};
extern const Op asinh_op{.name = "asinh",
                         .inputs = 1,
                         .infer = infer_floating,
                         .gradient = asinh_gradient,
                         .saves_inputs = 0b1,
                         .wide_gradient = true};
extern const Op acosh_op{.name = "acosh",
                         .inputs = 1,
                         .infer = infer_floating,
                         .gradient = acosh_gradient,
                         .saves_inputs = 0b1,
                         .wide_gradient = true};
extern const Op atanh_op{.name = "atanh",
                         .inputs = 1,
                         .infer = infer_floating,
                         .gradient = atanh_gradient,
                         .saves_inputs = 0b1,
                         .wide_gradient = true};
extern const Op atan2_op{.name = "atan2",
                         .inputs = 2,
                         .infer = infer_floating,
                         .gradient = atan2_gradient,
                         .saves_inputs = 0b11,
                         .wide_gradient = true,
                         .broadcasts = true};

Tensor sin(Arg x) { return apply_floating(sin_op, x); }
Tensor cos(Arg x) { return apply_floating(cos_op, x); }
Tensor tan(Arg x) { return apply_floating(tan_op, x); }
Tensor asin(Arg x) { return apply_floating(asin_op, x); }
Tensor acos(Arg x) { return apply_floating(acos_op, x); }
Tensor atan(Arg x) { return apply_floating(atan_op, x); }
Tensor sinh(Arg x) { return apply_floating(sinh_op, x); }
Tensor cosh(Arg x) { return apply_floating(cosh_op, x); }
Tensor asinh(Arg x) { return apply_floating(asinh_op, x); }
Tensor acosh(Arg x) { return apply_floating(acosh_op, x); }
Tensor atanh(Arg x) { return apply_floating(atanh_op, x); }
Tensor atan2(Arg y, Arg x) { return apply_arithmetic(atan2_op, y, x, true); }

}  // namespace triptych
