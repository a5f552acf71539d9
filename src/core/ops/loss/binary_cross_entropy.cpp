// binary_cross_entropy of probabilities, elementwise: -(z ln(x) + (1 - z) ln(1 - x)).
#include "core/ops/loss/losses.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/classification_losses.h"

namespace triptych {
namespace {

void bce_infer(Infer& infer) {
  if (!is_floating(infer.dtype(0)) || infer.dtype(0) != infer.dtype(1))
    infer.fail("input and target are not floating-point of one dtype", infer.given(), "Convert one with cast");
  if (!infer.shape(0).compatible(infer.shape(1))) infer.fail("input and target differ in shape", infer.given());
  infer.output(0, infer.shape(0).known() ? infer.shape(0) : infer.shape(1), infer.dtype(0));
}

// PyTorch's, whose constant is a float: at most 1e12, where the logarithm that is cut would have none.
void bce_gradient(Gradient& g) {
  const Tensor x = g.input(0), z = g.input(1);
  if (g.needs(0)) g.set(0, g.upstream() * (x - z) / clip((1 - x) * x, static_cast<double>(1e-12F)));
  if (g.needs(1)) g.set(1, g.upstream() * (clip(log1p(neg(x)), -100) - clip(log(x), -100)));
}

}  // namespace

extern const Op binary_cross_entropy_op{.name = "binary_cross_entropy",
                                        .inputs = 2,
                                        .infer = bce_infer,
                                        .gradient = bce_gradient,
                                        .saves_inputs = 0b11,
                                        .wide_gradient = true};

Tensor binary_cross_entropy(Arg input, Arg target, BinaryCrossEntropyOptions options) {
  const DType dtype = check_operands("binary_cross_entropy", input, target);
  const Frame frame(input.where());
  const Tensor x = cast(input.tensor(), compute_dtype(dtype)), z = cast(target.tensor(), x.dtype());
  const Arg probabilities(x, input.where()), targets(z, target.where());
  return reduced(apply(binary_cross_entropy_op, {&probabilities, &targets}), options.weight, options.reduction, dtype);
}

}  // namespace triptych
