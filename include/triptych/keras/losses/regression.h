// Losses of numbers. Each is the mean over the last axis, of y_true and y_pred of one shape.
#pragma once

#include "triptych/keras/losses/loss.h"

namespace triptych::keras {

/// Options, in Keras's order; the last three are LossReductionOptions'.
struct CosineSimilarityLossOptions {
  std::int64_t axis = -1;
  OwnedText reduction = "sum_over_batch_size";
  OptionText name = {};
  std::optional<DType> dtype = {};
};
struct HuberOptions {
  double delta = 1;
  OwnedText reduction = "sum_over_batch_size";
  OptionText name = {};
  std::optional<DType> dtype = {};
};

namespace losses {

/// (y_true - y_pred)^2.
TRIPTYCH_API Loss MeanSquaredError(LossReductionOptions options = {}, Location where = Location::here());
/// |y_true - y_pred|.
TRIPTYCH_API Loss MeanAbsoluteError(LossReductionOptions options = {}, Location where = Location::here());
/// 100 |y_true - y_pred| / max(|y_true|, 1e-7).
TRIPTYCH_API Loss MeanAbsolutePercentageError(LossReductionOptions options = {}, Location where = Location::here());
/// (log(max(y_true, 1e-7) + 1) - log(max(y_pred, 1e-7) + 1))^2.
TRIPTYCH_API Loss MeanSquaredLogarithmicError(LossReductionOptions options = {}, Location where = Location::here());
/// -sum of the products along an axis, both normalized: -1 for one direction, 1 for the opposite.
TRIPTYCH_API Loss CosineSimilarity(CosineSimilarityLossOptions options = {}, Location where = Location::here());
/// e^2 / 2 where |e| <= delta, else delta |e| - delta^2 / 2, of e = y_pred - y_true. ArgumentError unless delta is
/// positive.
TRIPTYCH_API Loss Huber(HuberOptions options = {}, Location where = Location::here());
/// log(cosh(y_pred - y_true)).
TRIPTYCH_API Loss LogCosh(LossReductionOptions options = {}, Location where = Location::here());

// The losses of the examples. ArgumentError unless the shapes agree, but for a last axis of length 1.

TRIPTYCH_API Tensor mean_squared_error(const Tensor& y_true, const Tensor& y_pred, Location where = Location::here());
TRIPTYCH_API Tensor mean_absolute_error(const Tensor& y_true, const Tensor& y_pred, Location where = Location::here());
TRIPTYCH_API Tensor mean_absolute_percentage_error(const Tensor& y_true, const Tensor& y_pred,
                                                   Location where = Location::here());
TRIPTYCH_API Tensor mean_squared_logarithmic_error(const Tensor& y_true, const Tensor& y_pred,
                                                   Location where = Location::here());
TRIPTYCH_API Tensor cosine_similarity(const Tensor& y_true, const Tensor& y_pred, std::int64_t axis = -1,
                                      Location where = Location::here());
TRIPTYCH_API Tensor huber(const Tensor& y_true, const Tensor& y_pred, double delta = 1,
                          Location where = Location::here());
TRIPTYCH_API Tensor log_cosh(const Tensor& y_true, const Tensor& y_pred, Location where = Location::here());

}  // namespace losses
}  // namespace triptych::keras
