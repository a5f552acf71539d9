// Losses of overlap, for segmentation.
#pragma once

#include <optional>

#include "triptych/core/shape.h"
#include "triptych/keras/losses/loss.h"

namespace triptych::keras {

/// Options, in Keras's order.
struct DiceOptions {
  OwnedText reduction = "sum_over_batch_size";
  OptionText name = {};
  /// What the sums are over: all axes if there are none.
  Axes axis = {};
  std::optional<DType> dtype = {};
};
struct TverskyOptions {
  /// What a false positive and a false negative count.
  double alpha = 0.5;
  double beta = 0.5;
  OwnedText reduction = "sum_over_batch_size";
  OptionText name = {};
  Axes axis = {};
  std::optional<DType> dtype = {};
};
/// Arguments of the function, in Keras's order.
struct TverskyArguments {
  double alpha = 0.5;
  double beta = 0.5;
  Axes axis = {};
};

namespace losses {

/// 1 - 2 sum(y_true y_pred) / (sum(y_true) + sum(y_pred) + 1e-7).
TRIPTYCH_API Loss Dice(DiceOptions options = {}, Location where = Location::here());
/// 1 - o / (o + alpha sum((1 - y_pred) y_true) + beta sum(y_pred (1 - y_true)) + 1e-7), of o = sum(y_true y_pred).
/// Salehi et al., 2017.
TRIPTYCH_API Loss Tversky(TverskyOptions options = {}, Location where = Location::here());

TRIPTYCH_API Tensor dice(const Tensor& y_true, const Tensor& y_pred, const Axes& axis = {},
                         Location where = Location::here());
TRIPTYCH_API Tensor tversky(const Tensor& y_true, const Tensor& y_pred, TverskyArguments arguments = {},
                            Location where = Location::here());

}  // namespace losses
}  // namespace triptych::keras
