// Normalization of each example.
#pragma once

#include "triptych/core/option_text.h"
#include "triptych/core/tensor.h"
#include "triptych/keras/constraints.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/layer.h"
#include "triptych/keras/regularizers.h"

namespace triptych::keras {

struct LayerNormalizationOptions {
  /// One or several, in any order; the first one, of the batch, cannot be among them.
  Axes axis = -1;
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;
  Initializer beta_initializer = "zeros";
  Initializer gamma_initializer = "ones";
  Regularizer beta_regularizer = {};
  Regularizer gamma_regularizer = {};
  Constraint beta_constraint = {};
  Constraint gamma_constraint = {};
  /// gamma x / sqrt(variance + epsilon), without a mean or beta: as Keras has it, by the variance. RMSNormalization
  /// divides by the root of the mean square.
  bool rms_scaling = false;
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};

namespace layers {

/// gamma (x - mean) / sqrt(variance + epsilon) + beta, with the moments over an axis of each example, or several; gamma
/// and beta have the sizes of these axes.
TRIPTYCH_API Layer LayerNormalization(LayerNormalizationOptions options = {}, Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
