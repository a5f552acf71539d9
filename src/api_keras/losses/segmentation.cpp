#include "triptych/keras/losses/segmentation.h"

#include "api_keras/losses/function_loss.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych::keras::losses {
namespace {

Tensor total(const Tensor& x, const Axes& axes) { return axes.empty() ? sum(x) : sum(x, axes); }

Tensor of_dice(const Tensor& y_true, const Tensor& y_pred, const Axes& axes) {
  const Tensor y = same_rank(y_true, y_pred);
  return 1 - total(y * y_pred, axes) * 2 / (total(y, axes) + total(y_pred, axes) + epsilon);
}

Tensor of_tversky(const Tensor& y_true, const Tensor& y_pred, const TverskyArguments& arguments) {
  const Tensor y = same_rank(y_true, y_pred);
  const Tensor overlap = total(y * y_pred, arguments.axis);
  const Tensor missed = total((1 - y_pred) * y, arguments.axis), wrong = total(y_pred * (1 - y), arguments.axis);
  return 1 - overlap / (overlap + missed * arguments.alpha + wrong * arguments.beta + epsilon);
}

template <class Options>
void check(const char* op, const Options& options, Location where) {
  Hyperparameters(op, where).not_negative("alpha", options.alpha);
  Hyperparameters(op, where).not_negative("beta", options.beta);
}

}  // namespace

Loss Dice(DiceOptions options, Location where) {
  const Axes axes = options.axis;
  return loss_of(
      "dice", options,
      [axes](const Tensor& y, const Tensor& p) {
        return MaskedLosses{of_dice(y, p, axes), {}};
      },
      where);
}

Loss Tversky(TverskyOptions options, Location where) {
  check("Tversky", options, where);
  const TverskyArguments arguments{options.alpha, options.beta, options.axis};
  return loss_of(
      "tversky", options,
      [arguments](const Tensor& y, const Tensor& p) {
        return MaskedLosses{of_tversky(y, p, arguments), {}};
      },
      where);
}

Tensor dice(const Tensor& y_true, const Tensor& y_pred, const Axes& axis, Location where) {
  return values_of([&](const Tensor& y, const Tensor& p) { return of_dice(y, p, axis); }, y_true, y_pred, where);
}

Tensor tversky(const Tensor& y_true, const Tensor& y_pred, TverskyArguments arguments, Location where) {
  check("tversky", arguments, where);
  return values_of([&](const Tensor& y, const Tensor& p) { return of_tversky(y, p, arguments); }, y_true, y_pred,
                   where);
}

}  // namespace triptych::keras::losses
