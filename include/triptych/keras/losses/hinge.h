// Hinge losses: targets are -1 and 1; a batch whose targets are all 0 or 1 is converted.
#pragma once

#include "triptych/keras/losses/loss.h"

namespace triptych::keras::losses {

/// Mean over the last axis of max(1 - y_true y_pred, 0).
TRIPTYCH_API Loss Hinge(LossReductionOptions options = {}, Location where = Location::here());
/// Mean over the last axis of max(1 - y_true y_pred, 0)^2.
TRIPTYCH_API Loss SquaredHinge(LossReductionOptions options = {}, Location where = Location::here());
/// max(neg - pos + 1, 0), of pos = sum(y_true y_pred) and neg = max((1 - y_true) y_pred) over the last axis. Targets
/// are 0 and 1.
TRIPTYCH_API Loss CategoricalHinge(LossReductionOptions options = {}, Location where = Location::here());

// The losses of the examples. ArgumentError unless the shapes agree, but for a last axis of length 1.

TRIPTYCH_API Tensor hinge(const Tensor& y_true, const Tensor& y_pred, Location where = Location::here());
TRIPTYCH_API Tensor squared_hinge(const Tensor& y_true, const Tensor& y_pred, Location where = Location::here());
TRIPTYCH_API Tensor categorical_hinge(const Tensor& y_true, const Tensor& y_pred, Location where = Location::here());

}  // namespace triptych::keras::losses
