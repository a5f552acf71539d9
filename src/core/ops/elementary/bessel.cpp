// Modified Bessel functions: each is the other's derivative, but for what scales it.
#include "triptych/core/ops/bessel.h"

#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// order_1 / x, and 1/2 where x is 0.
Tensor over_x(const Tensor& order_1, const Tensor& x) {
  const Tensor zero = equal(x, 0);
  return where(zero, 0.5, order_1 / where(zero, 1, x));
}

void i0_gradient(Gradient& g) { g.set(0, g.upstream() * i1(g.input(0))); }
void i0e_gradient(Gradient& g) {
  const Tensor x = g.input(0);
  g.set(0, g.upstream() * (i1e(x) - sign(x) * i0e(x)));
}
void i1_gradient(Gradient& g) {
  const Tensor x = g.input(0);
  g.set(0, g.upstream() * (i0(x) - over_x(i1(x), x)));
}
void i1e_gradient(Gradient& g) {
  const Tensor x = g.input(0), value = i1e(x);
  g.set(0, g.upstream() * (i0e(x) - sign(x) * value - over_x(value, x)));
}

}  // namespace

extern const Op i0_op{.name = "i0",
                      .inputs = 1,
                      .infer = infer_floating,
                      .gradient = i0_gradient,
                      .saves_inputs = 0b1,
                      .wide_gradient = true};
extern const Op i0e_op{.name = "i0e",
                       .inputs = 1,
                       .infer = infer_floating,
                       .gradient = i0e_gradient,
                       .saves_inputs = 0b1,
                       .wide_gradient = true};
extern const Op i1_op{.name = "i1",
                      .inputs = 1,
                      .infer = infer_floating,
                      .gradient = i1_gradient,
                      .saves_inputs = 0b1,
                      .wide_gradient = true};
extern const Op i1e_op{.name = "i1e",
                       .inputs = 1,
                       .infer = infer_floating,
                       .gradient = i1e_gradient,
                       .saves_inputs = 0b1,
                       .wide_gradient = true};

Tensor i0(Arg x) { return apply_floating(i0_op, x); }
Tensor i0e(Arg x) { return apply_floating(i0e_op, x); }
Tensor i1(Arg x) { return apply_floating(i1_op, x); }
Tensor i1e(Arg x) { return apply_floating(i1e_op, x); }

}  // namespace triptych
