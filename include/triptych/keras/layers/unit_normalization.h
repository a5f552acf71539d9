// Vectors of unit length.
#pragma once

#include "triptych/core/option_text.h"
#include "triptych/core/tensor.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

struct UnitNormalizationOptions {
  /// One or several.
  Axes axis = -1;
  OptionText name = {};
  DTypePolicy dtype = {};
};

namespace layers {

/// x divided by its Euclidean length along an axis, or several.
TRIPTYCH_API Layer UnitNormalization(UnitNormalizationOptions options = {}, Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
