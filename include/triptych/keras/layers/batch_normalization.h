// Normalization over the batch.
#pragma once

#include <optional>

#include "triptych/core/option_text.h"
#include "triptych/keras/constraints.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/layer.h"
#include "triptych/keras/regularizers.h"

namespace triptych::keras {

/// Bounds of the corrections of batch renormalization; none where not given.
struct RenormClipping {
  std::optional<double> rmax = {}, rmin = {}, dmax = {};
};
struct BatchNormalizationOptions {
  int axis = -1;
  double momentum = 0.99;
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;
  Initializer beta_initializer = "zeros";
  Initializer gamma_initializer = "ones";
  Initializer moving_mean_initializer = "zeros";
  Initializer moving_variance_initializer = "ones";
  Regularizer beta_regularizer = {};
  Regularizer gamma_regularizer = {};
  Constraint beta_constraint = {};
  Constraint gamma_constraint = {};
  /// In training, too, the moving statistics normalize: the batch's own are corrected by r and d, which have no
  /// gradient. Ioffe, 2017. Three more weights: moving_stddev, renorm_mean, renorm_stddev.
  bool renorm = false;
  RenormClipping renorm_clipping = {};
  double renorm_momentum = 0.99;
  /// The batch's statistics are those of all replicas; there is one.
  bool synchronized = false;
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};

namespace layers {

/// gamma (x - mean) / sqrt(variance + epsilon) + beta, with the batch's moments over all axes but one in training (when
/// the moving ones follow: moving <- moving * momentum + batch * (1 - momentum)), else with the moving ones. What a
/// mask leaves out does not count in the moments.
TRIPTYCH_API Layer BatchNormalization(BatchNormalizationOptions options = {}, Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
