// Normalization by the root of the mean square.
#pragma once

#include "triptych/core/option_text.h"
#include "triptych/core/tensor.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

struct RMSNormalizationOptions {
  /// One or several, without that of the batch.
  Axes axis = -1;
  double epsilon = 1e-6;
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};

namespace layers {

/// scale x / sqrt(mean of x^2 + epsilon), the mean over an axis of each example, or several; scale has their sizes.
/// Zhang and Sennrich, 2019.
TRIPTYCH_API Layer RMSNormalization(RMSNormalizationOptions options = {}, Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
