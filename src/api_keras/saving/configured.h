// Layers that know what they were made with.
#pragma once

#include <utility>

#include "api_keras/access.h"
#include "api_keras/saving/fields.h"

namespace triptych::keras {

/// The layer, which writes these arguments as its config: `configured(layer, options, arg("units", units))`.
template <class Options, class... T>
Layer configured(Layer layer, const Options& options, NamedArgument<T>... arguments) {
  LayerAccess::config(layer.base()) = config_of(options, arguments...);
  return layer;
}

}  // namespace triptych::keras
