// Models once more, layer by layer.
#pragma once

#include "triptych/keras/saving.h"

namespace triptych::keras {

/// A functional or Sequential model of other layers; ArgumentError for another kind.
Model cloned_by_layers(const Model& model, const CloneModelOptions& options, Location where);

}  // namespace triptych::keras
