// floor, ceil, round (half to even) and trunc, whose gradients are zero; integers are whole already.
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

Tensor apply_rounding(const Op& op, Arg& x) {
  if (x.tensor().defined() && !is_floating(x.tensor().dtype())) return identity(x);
  return apply(op, {&x});
}

}  // namespace

extern const Op floor_op{.name = "floor", .inputs = 1, .infer = infer_floating, .gradient = zero_gradient};
extern const Op ceil_op{.name = "ceil", .inputs = 1, .infer = infer_floating, .gradient = zero_gradient};
extern const Op round_op{.name = "round", .inputs = 1, .infer = infer_floating, .gradient = zero_gradient};
extern const Op trunc_op{.name = "trunc", .inputs = 1, .infer = infer_floating, .gradient = zero_gradient};

Tensor floor(Arg x) { return apply_rounding(floor_op, x); }
Tensor ceil(Arg x) { return apply_rounding(ceil_op, x); }
Tensor round(Arg x) { return apply_rounding(round_op, x); }
Tensor trunc(Arg x) { return apply_rounding(trunc_op, x); }

}  // namespace triptych
