#include "api_keras/training/targets.h"

#include "triptych/core/ops.h"

namespace triptych::keras {

Tensor same_rank(const Tensor& y_true, const Tensor& y_pred) {
  Tensor y = y_true.dtype() == y_pred.dtype() ? y_true : cast(y_true, y_pred.dtype());
  if (y.ndim() + 1 == y_pred.ndim() && y_pred.shape().dim(-1).raw() == 1) y = unsqueeze(y, -1);
  if (y.ndim() == y_pred.ndim() + 1 && y.shape().dim(-1).raw() == 1) y = squeeze(y, -1);
  if (!y.shape().compatible(y_pred.shape()))
    throw ArgumentError("loss", "targets and predictions have one shape",
                        "y_true is " + y_true.shape().text() + ", y_pred is " + y_pred.shape().text());
  return y;
}

Tensor class_numbers(const Tensor& y_true, const Tensor& y_pred) {
  Tensor labels = y_true.dtype() == int64 ? y_true : cast(y_true, int64);
  if (labels.ndim() == y_pred.ndim() && labels.shape().dim(-1).raw() == 1) labels = squeeze(labels, -1);
  if (labels.ndim() + 1 != y_pred.ndim())
    throw ArgumentError("loss", "targets are class numbers, predictions have one more axis, the classes",
                        "y_true is " + y_true.shape().text() + ", y_pred is " + y_pred.shape().text(),
                        "For one-hot targets use categorical_crossentropy");
  return labels;
}

Tensor log_probabilities(const Tensor& p) { return log(clip(p, epsilon, 1 - epsilon)); }

}  // namespace triptych::keras
