// Losses that are made of simpler ops.
#include "triptych/core/ops/losses.h"

#include "core/dispatch/autocast.h"
#include "core/ops/ops.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/compute_dtype.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// Checks the operands and returns the loss's dtype: their common one, for autocast float32.
DType check_operands(const char* op, const Arg& input, const Arg& target) {
  const Shape &a = operand(op, input).shape(), &b = operand(op, target).shape();
  if (!a.compatible(b))
    throw ArgumentError(op, "input and target differ in shape", "input is " + a.text() + ", target is " + b.text(),
                        "Broadcasting here is nearly always a mistake; reshape or squeeze one of them", input.where());
  const DType dtype = result_type(input.tensor(), target.tensor());
  if (!is_floating(dtype))
    throw ArgumentError(op, "input and target are both not floating", "both are " + std::string(dtype_name(dtype)),
                        "Convert one with cast", input.where());
  return float32_if_autocast(dtype, input.tensor().device());
}

/// The losses that `of` makes of input - target, reduced, in `dtype`.
template <class Loss>
Tensor loss_of_difference(const Arg& input, const Arg& target, DType dtype, Reduction reduction, Loss of) {
  const Frame frame(input.where());
  const DType wide = compute_dtype(dtype);
  const Tensor losses = of(cast(input.tensor(), wide) - cast(target.tensor(), wide));
  if (reduction == Reduction::none) return cast(losses, dtype);
  return cast(reduction == Reduction::sum ? sum(losses) : mean(losses), dtype);
}

}  // namespace

Tensor mse_loss(Arg input, Arg target, LossOptions options) {
  const DType dtype = check_operands("mse_loss", input, target);
  return loss_of_difference(input, target, dtype, options.reduction, [](const Tensor& d) { return d * d; });
}

Tensor l1_loss(Arg input, Arg target, LossOptions options) {
  const DType dtype = check_operands("l1_loss", input, target);
  return loss_of_difference(input, target, dtype, options.reduction, [](const Tensor& d) { return abs(d); });
}

Tensor huber_loss(Arg input, Arg target, HuberLossOptions options) {
  const DType dtype = check_operands("huber_loss", input, target);
  Hyperparameters("huber_loss", input.where()).positive("delta", options.delta);
  // c (d - c / 2), with d cut to c = -delta ... delta: d^2 / 2 near zero and delta (|d| - delta / 2) beyond, in one
  // expression, so that an infinite d does not reach the gradient through the branch that is not taken.
  return loss_of_difference(input, target, dtype, options.reduction, [&](const Tensor& d) {
    const Tensor near = clip(d, -options.delta, options.delta);
    return near * (d - near * 0.5);
  });
}

}  // namespace triptych
