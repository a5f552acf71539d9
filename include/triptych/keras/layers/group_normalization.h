// Normalization of groups of channels.
#pragma once

#include <cstdint>

#include "triptych/core/option_text.h"
#include "triptych/keras/constraints.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/layer.h"
#include "triptych/keras/regularizers.h"

namespace triptych::keras {

struct GroupNormalizationOptions {
  /// -1: as many as channels (instance normalization).
  std::int64_t groups = 32;
  int axis = -1;
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;
  Initializer beta_initializer = "zeros";
  Initializer gamma_initializer = "ones";
  Regularizer beta_regularizer = {};
  Regularizer gamma_regularizer = {};
  Constraint beta_constraint = {};
  Constraint gamma_constraint = {};
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};

namespace layers {

/// As LayerNormalization, the moments being those of a group of channels of one example; gamma and beta are one number
/// for each channel. ArgumentError if groups does not divide the channels. Wu and He, 2018.
TRIPTYCH_API Layer GroupNormalization(GroupNormalizationOptions options = {}, Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
