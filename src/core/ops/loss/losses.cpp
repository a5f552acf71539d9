// Losses of the difference of input and target, made of simpler ops.
#include "core/ops/loss/losses.h"

#include <numbers>

#include "core/dispatch/autocast.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/regression_losses.h"

namespace triptych {
namespace {

constexpr const char *differ = "input and target differ in shape",
                     *hint = "Broadcasting here is nearly always a mistake; reshape or squeeze one of them";

void check_floating(const char* op, DType dtype, Location where) {
  if (!is_floating(dtype))
    throw ArgumentError(op, "input and target are both not floating", "both are " + std::string(dtype_name(dtype)),
                        "Convert one with cast", where);
}

/// The losses of input - target with a weight for each element: their mean is divided by the sum of the weights.
template <class Of>
Tensor weighted(const char* op, const Arg& input, const Arg& target, const Arg& weight, Reduction reduction, Of of) {
  const DType dtype = check_operands(op, input, target);
  if (!operand(op, weight).shape().compatible(input.tensor().shape()))
    throw ArgumentError(op, "there is not one weight for each element",
                        "input is " + input.tensor().shape().text() + ", weight is " + weight.tensor().shape().text(),
                        "expand it", weight.where());
  const Frame frame(input.where());
  const DType wide = compute_dtype(dtype);
  const Tensor w = cast(weight.tensor(), wide),
               losses = w * of(cast(input.tensor(), wide) - cast(target.tensor(), wide));
  if (reduction == Reduction::mean) return cast(sum(losses) / sum(w), dtype);
  return reduced(losses, reduction, dtype);
}

template <class Of>
Tensor of_difference(const char* op, const Arg& input, const Arg& target, Reduction reduction, Of of) {
  const DType dtype = check_operands(op, input, target);
  return loss_of(
      input, dtype, reduction, [&](const Tensor& x, const Tensor& y) { return of(x - y); }, input, target);
}

Tensor squares(const Tensor& d) { return d * d; }
Tensor sizes(const Tensor& d) { return abs(d); }

/// c (d - c / 2), with d cut to c = -delta ... delta: d^2 / 2 near zero and delta (|d| - delta / 2) beyond, in one
/// expression, so that an infinite d does not reach the gradient through the branch that is not taken.
Tensor huber(const Tensor& d, double delta) {
  const Tensor near = clip(d, -delta, delta);
  return near * (d - near * 0.5);
}

}  // namespace

DType check_operands(const char* op, const Arg& input, const Arg& target) {
  const Shape &a = operand(op, input).shape(), &b = operand(op, target).shape();
  if (!a.compatible(b))
    throw ArgumentError(op, differ, "input is " + a.text() + ", target is " + b.text(), hint, input.where());
  const DType dtype = result_type(input.tensor(), target.tensor());
  check_floating(op, dtype, input.where());
  return float32_if_autocast(dtype, input.tensor().device());
}

DType check_operands(const char* op, const Arg& a, const Arg& b, const Arg& c) {
  const Shape &x = operand(op, a).shape(), &y = operand(op, b).shape(), &z = operand(op, c).shape();
  if (!x.compatible(y) || !x.compatible(z) || !y.compatible(z))
    throw ArgumentError(op, "the operands differ in shape", x.text() + ", " + y.text() + " and " + z.text(), hint,
                        a.where());
  const DType dtype = promote_types(result_type(a.tensor(), b.tensor()), seen_dtype(c.tensor()));
  check_floating(op, dtype, a.where());
  return float32_if_autocast(dtype, a.tensor().device());
}

Tensor reduced(const Tensor& losses, Reduction reduction, DType dtype) {
  if (reduction == Reduction::none) return cast(losses, dtype);
  return cast(reduction == Reduction::sum ? sum(losses) : mean(losses), dtype);
}

Tensor reduced(const Tensor& losses, const Tensor& weight, Reduction reduction, DType dtype) {
  if (!weight.defined()) return reduced(losses, reduction, dtype);
  return reduced(losses * expand_like(cast(weight, losses.dtype()), losses), reduction, dtype);
}

Tensor mse_loss(Arg input, Arg target, LossOptions options) {
  return of_difference("mse_loss", input, target, options.reduction, squares);
}
Tensor mse_loss(Arg input, Arg target, Arg weight, LossOptions options) {
  return weighted("mse_loss", input, target, weight, options.reduction, squares);
}

Tensor l1_loss(Arg input, Arg target, LossOptions options) {
  return of_difference("l1_loss", input, target, options.reduction, sizes);
}
Tensor l1_loss(Arg input, Arg target, Arg weight, LossOptions options) {
  return weighted("l1_loss", input, target, weight, options.reduction, sizes);
}

Tensor huber_loss(Arg input, Arg target, HuberLossOptions options) {
  const DType dtype = check_operands("huber_loss", input, target);
  Hyperparameters("huber_loss", input.where()).positive("delta", options.delta);
  return loss_of(
      input, dtype, options.reduction, [&](const Tensor& x, const Tensor& y) { return huber(x - y, options.delta); },
      input, target);
}
Tensor huber_loss(Arg input, Arg target, Arg weight, HuberLossOptions options) {
  Hyperparameters("huber_loss", input.where()).positive("delta", options.delta);
  return weighted("huber_loss", input, target, weight, options.reduction,
                  [&](const Tensor& d) { return huber(d, options.delta); });
}

Tensor smooth_l1_loss(Arg input, Arg target, SmoothL1LossOptions options) {
  Hyperparameters("smooth_l1_loss", input.where()).not_negative("beta", options.beta);
  return of_difference("smooth_l1_loss", input, target, options.reduction, [&](const Tensor& d) {
    return options.beta == 0 ? abs(d) : huber(d, options.beta) / options.beta;
  });
}

Tensor log_cosh_loss(Arg input, Arg target, LossOptions options) {
  return of_difference("log_cosh_loss", input, target, options.reduction,
                       [](const Tensor& d) { return d + softplus(d * -2, 1, 40) - std::numbers::ln2; });
}

}  // namespace triptych
