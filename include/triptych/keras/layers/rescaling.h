// Numbers of another range.
#pragma once

#include <vector>

#include "triptych/keras/layers/name_options.h"

namespace triptych::keras::layers {

/// x scale + offset, in the layer's compute dtype, whatever the input's.
TRIPTYCH_API Layer Rescaling(double scale, double offset = 0, NameOptions options = {},
                             Location where = Location::here());
/// The same with numbers along the last axis. ArgumentError if a list is empty.
TRIPTYCH_API Layer Rescaling(const std::vector<double>& scale, const std::vector<double>& offset = {0},
                             NameOptions options = {}, Location where = Location::here());

}  // namespace triptych::keras::layers
