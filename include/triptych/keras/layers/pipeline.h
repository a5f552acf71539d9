// Layers one after the other, as a layer.
#pragma once

#include <vector>

#include "triptych/keras/layers/name_options.h"

namespace triptych::keras::layers {

/// Each layer is called on what the one before gave. Layers that change images at random do so, unless a call, or the
/// call around it, says that it is not in training.
TRIPTYCH_API Layer Pipeline(const std::vector<Layer>& layers, NameOptions options = {},
                            Location where = Location::here());

}  // namespace triptych::keras::layers
