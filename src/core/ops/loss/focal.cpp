// Focal and dice losses, made of simpler ops.
#include "core/ops/loss/losses.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/classification_losses.h"

namespace triptych {

Tensor sigmoid_focal_loss(Arg input, Arg target, SigmoidFocalLossOptions options) {
  const DType dtype = check_operands("sigmoid_focal_loss", input, target);
  const Hyperparameters check("sigmoid_focal_loss", input.where());
  check.finite("alpha", options.alpha);
  check.not_negative("gamma", options.gamma);
  return loss_of(
      input, dtype, options.reduction,
      [&](const Tensor& x, const Tensor& t) {
        const Tensor p = sigmoid(x), wrong = p + t - p * t * 2;  // 1 - (p t + (1 - p) (1 - t))
        const Tensor losses =
            binary_cross_entropy_with_logits(x, t, {.reduction = Reduction::none}) * pow(wrong, options.gamma);
        if (options.alpha < 0) return losses;
        return losses * (t * (2 * options.alpha - 1) + (1 - options.alpha));
      },
      input, target);
}

Tensor focal_loss(Arg logits, Arg target, FocalLossOptions options) {
  const Hyperparameters check("focal_loss", logits.where());
  check.not_negative("gamma", options.gamma);
  const Tensor &scores = operand("focal_loss", logits), &labels = operand("focal_loss", target);
  if (!is_floating(scores.dtype()) || !is_integral(labels.dtype()))
    throw ArgumentError(
        "focal_loss", "logits are not floating, or labels are not integers",
        "logits are " + std::string(dtype_name(scores.dtype())) + ", labels " + std::string(dtype_name(labels.dtype())),
        "Convert them with cast", logits.where());
  const Frame frame(logits.where());
  const Tensor x = widened(scores);
  const auto losses_with = [&](const Tensor& weight) {
    return cross_entropy(x, labels,
                         {.weight = weight, .ignore_index = options.ignore_index, .reduction = Reduction::none});
  };
  const Tensor plain = losses_with({});
  const Tensor weight = options.weight.defined() ? cast(options.weight, x.dtype()) : Tensor();
  const Tensor losses = pow(1 - exp(neg(plain)), options.gamma) * (weight.defined() ? losses_with(weight) : plain);
  if (options.reduction != Reduction::mean) return reduced(losses, options.reduction, scores.dtype());
  // Divided by what weights the labels that are not ignored have.
  const Tensor counted = cast(not_equal(labels, options.ignore_index), x.dtype());
  if (!weight.defined()) return cast(sum(losses) / sum(counted), scores.dtype());
  const Tensor index = where(not_equal(labels, options.ignore_index), cast(labels, int64), 0);
  const Tensor weights = reshape_like(index_select(weight, 0, flatten(index)), counted) * counted;
  return cast(sum(losses) / sum(weights), scores.dtype());
}

Tensor dice_loss(Arg input, Arg target, DiceLossOptions options) {
  const DType dtype = check_operands("dice_loss", input, target);
  Hyperparameters("dice_loss", input.where()).not_negative("epsilon", options.epsilon);
  return loss_of(
      input, dtype, options.reduction,
      [&](const Tensor& x, const Tensor& t) {
        const auto sum_of = [&](const Tensor& values) {
          return options.axes.empty() ? sum(values) : sum(values, options.axes);
        };
        return 1 - (sum_of(x * t) * 2 + options.epsilon) / (sum_of(x) + sum_of(t) + options.epsilon);
      },
      input, target);
}

}  // namespace triptych
