#include "triptych/keras/losses/hinge.h"

#include "api_keras/losses/function_loss.h"
#include "api_keras/training/targets.h"
#include "triptych/core/ops.h"

namespace triptych::keras::losses {
namespace {

/// Targets that are all 0 or 1 become -1 and 1.
Tensor signs(const Tensor& y) {
  const Tensor is_binary = all(logical_or(equal(y, 0), equal(y, 1)));
  return where(is_binary, y * 2 - 1, y);
}

Tensor missing(const Tensor& y_true, const Tensor& y_pred) {
  return maximum(1 - signs(same_rank(y_true, y_pred)) * y_pred, 0);
}

Tensor of_hinge(const Tensor& y_true, const Tensor& y_pred) { return mean(missing(y_true, y_pred), -1); }
Tensor of_squared_hinge(const Tensor& y_true, const Tensor& y_pred) {
  return mean(square(missing(y_true, y_pred)), -1);
}
Tensor of_categorical_hinge(const Tensor& y_true, const Tensor& y_pred) {
  const Tensor y = same_rank(y_true, y_pred);
  return maximum(max((1 - y) * y_pred, -1) - sum(y * y_pred, -1) + 1, 0);
}

}  // namespace

Loss Hinge(LossReductionOptions options, Location where) { return loss_of("hinge", options, of_hinge, where); }
Loss SquaredHinge(LossReductionOptions options, Location where) {
  return loss_of("squared_hinge", options, of_squared_hinge, where);
}
Loss CategoricalHinge(LossReductionOptions options, Location where) {
  return loss_of("categorical_hinge", options, of_categorical_hinge, where);
}

Tensor hinge(const Tensor& y_true, const Tensor& y_pred, Location where) {
  return values_of(of_hinge, y_true, y_pred, where);
}
Tensor squared_hinge(const Tensor& y_true, const Tensor& y_pred, Location where) {
  return values_of(of_squared_hinge, y_true, y_pred, where);
}
Tensor categorical_hinge(const Tensor& y_true, const Tensor& y_pred, Location where) {
  return values_of(of_categorical_hinge, y_true, y_pred, where);
}

}  // namespace triptych::keras::losses
