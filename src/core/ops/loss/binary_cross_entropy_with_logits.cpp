// binary_cross_entropy_with_logits, elementwise: log(1 + exp(x)) - x z.
#include "core/dispatch/autocast.h"
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void bce_infer(Infer& infer) {
  if (!is_floating(infer.dtype(0)) || infer.dtype(0) != infer.dtype(1))
    infer.fail("input and target are not floating-point of one dtype", infer.given(), "Convert one with cast");
  if (!infer.shape(0).compatible(infer.shape(1)))
    infer.fail("input and target differ in shape", infer.given(),
               "Broadcasting here is nearly always a mistake; reshape or squeeze one of them");
  infer.output(0, infer.shape(0).known() ? infer.shape(0) : infer.shape(1), infer.dtype(0));
}

void bce_gradient(Gradient& g) {
  if (g.needs(0)) g.set(0, (sigmoid(g.input(0)) - g.input(1)) * g.upstream());
  if (g.needs(1)) g.set(1, g.input(0) * g.upstream() * -1);
}

}  // namespace

extern const Op binary_cross_entropy_with_logits_op{.name = "binary_cross_entropy_with_logits",
                                                    .inputs = 2,
                                                    .infer = bce_infer,
                                                    .gradient = bce_gradient,
                                                    .saves_inputs = 0b11,
                                                    .wide_gradient = true};

Tensor binary_cross_entropy_with_logits(Arg input, Arg target, BceWithLogitsOptions options) {
  const Frame frame(input.where());
  const Tensor given = float32_if_autocast(operand("binary_cross_entropy_with_logits", input)),
               wanted = float32_if_autocast(operand("binary_cross_entropy_with_logits", target));
  const DType dtype = given.dtype();
  const bool agree = wanted.dtype() == dtype;  // else the op refuses them
  const Tensor x = agree ? widened(given) : given, z = agree ? widened(wanted) : wanted;
  const Arg logits(x, input.where()), targets(z, target.where());
  Tensor losses = apply(binary_cross_entropy_with_logits_op, {&logits, &targets});
  // w z log(1 + exp(-x)) + (1 - z) (x + log(1 + exp(-x)))
  if (options.pos_weight.defined()) losses = (1 - z) * x - (z * (widened(options.pos_weight) - 1) + 1) * log_sigmoid(x);
  if (options.weight.defined()) losses = losses * widened(options.weight);
  if (options.reduction == Reduction::none) return cast(losses, dtype);
  return cast(options.reduction == Reduction::sum ? sum(losses) : mean(losses), dtype);
}

}  // namespace triptych
