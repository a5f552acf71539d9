// Models once more, layer by layer.
#pragma once

#include "triptych/keras/saving.h"

namespace triptych::keras {

/// A functional or Sequential model of other layers; ArgumentError for another kind.
Model cloned_by_layers(const Model& model, const CloneModelOptions& options, Location where);

/// A layer of a function is no JSON, but another one can be made of the function.
bool is_lambda(const Layer& layer);
Layer copy_of_lambda(const Layer& layer, Location where);
/// `layer` is one, or a functional or Sequential model that has one.
bool has_lambda(const Layer& layer);

}  // namespace triptych::keras
