// floor_divide and remainder, with Python's meaning of // and %, and fmod, with C's.
#include "core/ops/ops.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/pointwise.h"

namespace triptych {
namespace {

// remainder = a - floor(a / b) b, and the gradient of floor is zero
void remainder_gradient(Gradient& g) {
  if (g.needs(0)) g.set(0, g.upstream());
  if (g.needs(1)) g.set(1, neg(g.upstream() * floor_divide(g.input(0), g.input(1))));
}

void fmod_infer(Infer& infer) {
  infer.check(infer.dtype(0) != boolean, "the dtype is bool", "Convert it with cast");
  infer_elementwise(infer);
}

// fmod = a - trunc(a / b) b, and the gradient of trunc is zero
void fmod_gradient(Gradient& g) {
  if (g.needs(0)) g.set(0, g.upstream());
  if (g.needs(1)) g.set(1, neg(g.upstream() * trunc(g.input(0) / g.input(1))));
}

}  // namespace

extern const Op floor_divide_op{.name = "floor_divide",
                                .inputs = 2,
                                .infer = infer_elementwise,
                                .gradient = zero_gradient,
                                .broadcasts = true,
                                .can_fail = true};
extern const Op remainder_op{.name = "remainder",
                             .inputs = 2,
                             .infer = infer_elementwise,
                             .gradient = remainder_gradient,
                             .saves_inputs = 0b11,
                             .wide_gradient = true,
                             .broadcasts = true,
                             .can_fail = true};
extern const Op fmod_op{.name = "fmod",
                        .inputs = 2,
                        .infer = fmod_infer,
                        .gradient = fmod_gradient,
                        .saves_inputs = 0b11,
                        .wide_gradient = true,
                        .broadcasts = true,
                        .can_fail = true};

Tensor floor_divide(Arg a, Arg b) { return apply_arithmetic(floor_divide_op, a, b); }
Tensor remainder(Arg a, Arg b) { return apply_arithmetic(remainder_op, a, b); }
Tensor fmod(Arg a, Arg b) { return apply_arithmetic(fmod_op, a, b); }

}  // namespace triptych
