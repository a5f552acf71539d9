// Several optimizers, each for a part of the model.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/option_text.h"
#include "triptych/keras/optimizers/base.h"

namespace triptych::keras {

/// Which optimizer a weight has.
struct OptimizerMap {
  /// Of weights that no pattern has.
  Optimizer default_optimizer;
  /// By a weight's path, "dense/kernel": the same text, else a regular expression that is the whole path.
  std::vector<std::pair<std::string, Optimizer>> optimizer_map = {};
};
struct MultiOptimizerOptions {
  /// Multiplies the loss and divides the gradients, for all of them.
  std::optional<double> loss_scale_factor = {};
  OptionText name = {};
};

namespace optimizers {

/// One optimizer for each part of the model: `MultiOptimizer({SGD(0.1), {{"encoder/.*", Adam()}}})`. It has no learning
/// rate of its own: that is an ArgumentError, as are a pattern that is no regular expression or stands twice, an inner
/// MultiOptimizer or LossScaleOptimizer, or one with a loss_scale_factor of its own, and, when it is built, a weight
/// that several patterns have.
TRIPTYCH_API Optimizer MultiOptimizer(OptimizerMap optimizer_map, MultiOptimizerOptions options = {},
                                      Location where = Location::here());

}  // namespace optimizers
}  // namespace triptych::keras
