// What files call layers that stand side by side.
#pragma once

#include <string>
#include <vector>

#include "triptych/keras/layer.h"

namespace triptych::keras {

/// Names of layers side by side: those that the user gave, and the others by their class and place, as in Keras, so
/// that another model of the same structure has the same.
std::vector<std::string> structural_names(const std::vector<Layer>& layers);

}  // namespace triptych::keras
