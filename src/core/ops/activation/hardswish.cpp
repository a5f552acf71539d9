// hardswish(x) = x (clip(x, -3, 3) + 3) / 6, and its backward op.
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op hardswish_grad_op;

namespace {

Tensor hardswish_grad(Arg upstream, Arg x) { return apply(hardswish_grad_op, {&upstream, &x}); }

void hardswish_gradient(Gradient& g) { g.set(0, hardswish_grad(g.upstream(), g.input(0))); }

std::vector<Tensor> hardswish_grad_decompose(std::span<const Tensor> inputs, const void*) {
  const Tensor &upstream = inputs[0], &x = inputs[1];
  const Tensor inside = upstream * (x * (1.0 / 3) + 0.5);
  return {where(less_equal(x, -3), 0, where(greater_equal(x, 3), upstream, inside))};
}

}  // namespace

extern const Op hardswish_op{
    .name = "hardswish", .inputs = 1, .infer = infer_floating, .gradient = hardswish_gradient, .saves_inputs = 0b1};
extern const Op hardswish_grad_op{.name = "hardswish_grad",
                                  .inputs = 2,
                                  .infer = infer_floating,
                                  .saves_inputs = 0b11,
                                  .wide_gradient = true,
                                  .decompose = hardswish_grad_decompose};

Tensor hardswish(Arg x) { return apply_floating(hardswish_op, x); }

}  // namespace triptych
