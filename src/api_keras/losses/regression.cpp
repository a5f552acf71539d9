#include "triptych/keras/losses/regression.h"

#include <cmath>

#include "api_keras/losses/function_loss.h"
#include "api_keras/training/targets.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych::keras::losses {
namespace {

Tensor squared(const Tensor& y_true, const Tensor& y_pred) {
  const Tensor difference = y_pred - same_rank(y_true, y_pred);
  return mean(difference * difference, -1);
}

/// |x|; at NaN its gradient is NaN, as TensorFlow's, and that of abs 0.
Tensor absolute(const Tensor& x) { return x * sign(x); }

Tensor absolute_error(const Tensor& y_true, const Tensor& y_pred) {
  return mean(absolute(y_pred - same_rank(y_true, y_pred)), -1);
}

Tensor percentage_error(const Tensor& y_true, const Tensor& y_pred) {
  const Tensor y = same_rank(y_true, y_pred);
  return mean(absolute((y - y_pred) / maximum(abs(y), epsilon)), -1) * 100;
}

Tensor logarithmic_error(const Tensor& y_true, const Tensor& y_pred) {
  const Tensor y = same_rank(y_true, y_pred);
  return mean(square(log(maximum(y_pred, epsilon) + 1) - log(maximum(y, epsilon) + 1)), -1);
}

Tensor opposite_direction(const Tensor& y_true, const Tensor& y_pred, std::int64_t axis) {
  const Tensor y = same_rank(y_true, y_pred);
  constexpr double least = epsilon * epsilon;
  return neg(sum(l2_normalize(y, axis, least) * l2_normalize(y_pred, axis, least), axis));
}

Tensor of_huber(const Tensor& y_true, const Tensor& y_pred, double delta) {
  return mean(huber_loss(y_pred, same_rank(y_true, y_pred), {.reduction = Reduction::none, .delta = delta}), -1);
}

Tensor of_log_cosh(const Tensor& y_true, const Tensor& y_pred) {
  const Tensor error = y_pred - same_rank(y_true, y_pred);
  return mean(error + softplus(error * -2) - std::log(2.0), -1);
}

}  // namespace

Loss MeanSquaredError(LossReductionOptions options, Location where) {
  return loss_of("mean_squared_error", options, squared, where);
}
Loss MeanAbsoluteError(LossReductionOptions options, Location where) {
  return loss_of("mean_absolute_error", options, absolute_error, where);
}
Loss MeanAbsolutePercentageError(LossReductionOptions options, Location where) {
  return loss_of("mean_absolute_percentage_error", options, percentage_error, where);
}
Loss MeanSquaredLogarithmicError(LossReductionOptions options, Location where) {
  return loss_of("mean_squared_logarithmic_error", options, logarithmic_error, where);
}
Loss CosineSimilarity(CosineSimilarityLossOptions options, Location where) {
  const std::int64_t axis = options.axis;
  return loss_of(
      "cosine_similarity", options,
      [axis](const Tensor& y, const Tensor& p) {
        return MaskedLosses{opposite_direction(y, p, axis), {}};
      },
      where);
}
Loss Huber(HuberOptions options, Location where) {
  Hyperparameters("Huber", where).positive("delta", options.delta);
  const double delta = options.delta;
  return loss_of(
      "huber_loss", options,
      [delta](const Tensor& y, const Tensor& p) {
        return MaskedLosses{of_huber(y, p, delta), {}};
      },
      where);
}
Loss LogCosh(LossReductionOptions options, Location where) { return loss_of("log_cosh", options, of_log_cosh, where); }

Tensor mean_squared_error(const Tensor& y_true, const Tensor& y_pred, Location where) {
  return values_of(squared, y_true, y_pred, where);
}
Tensor mean_absolute_error(const Tensor& y_true, const Tensor& y_pred, Location where) {
  return values_of(absolute_error, y_true, y_pred, where);
}
Tensor mean_absolute_percentage_error(const Tensor& y_true, const Tensor& y_pred, Location where) {
  return values_of(percentage_error, y_true, y_pred, where);
}
Tensor mean_squared_logarithmic_error(const Tensor& y_true, const Tensor& y_pred, Location where) {
  return values_of(logarithmic_error, y_true, y_pred, where);
}
Tensor cosine_similarity(const Tensor& y_true, const Tensor& y_pred, std::int64_t axis, Location where) {
  return values_of([axis](const Tensor& y, const Tensor& p) { return opposite_direction(y, p, axis); }, y_true, y_pred,
                   where);
}
Tensor huber(const Tensor& y_true, const Tensor& y_pred, double delta, Location where) {
  Hyperparameters("huber", where).positive("delta", delta);
  return values_of([delta](const Tensor& y, const Tensor& p) { return of_huber(y, p, delta); }, y_true, y_pred, where);
}
Tensor log_cosh(const Tensor& y_true, const Tensor& y_pred, Location where) {
  return values_of(of_log_cosh, y_true, y_pred, where);
}

}  // namespace triptych::keras::losses
