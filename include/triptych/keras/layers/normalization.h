// Numbers with mean 0 and variance 1, by statistics of the data.
#pragma once

#include "triptych/core/option_text.h"
#include "triptych/core/tensor.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

struct NormalizationOptions {
  /// Axes that have a mean and a variance for each place; empty: one for all.
  Axes axis = -1;
  /// Instead of what `adapt` finds; both or none. They broadcast to the input.
  Tensor mean = {}, variance = {};
  /// From normalized numbers back.
  bool invert = false;
  OptionText name = {};
  DTypePolicy dtype = {};
};

namespace layers {

/// (x - mean) / max(sqrt(variance), 1e-7). `layer.adapt(data)` sets both; until then they are 0 and 1. They are weights
/// that are not trained: "mean", "variance" and "count". ArgumentError if only one of `mean` and `variance` is given,
/// for the batch's axis, or an axis that the input does not have or whose length is not known.
TRIPTYCH_API Layer Normalization(NormalizationOptions options = {}, Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
