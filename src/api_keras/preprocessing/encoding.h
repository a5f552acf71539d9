// What preprocessing layers share: classes as numbers that networks read, and handles to a kind of layer.
#pragma once

#include <cstdint>
#include <string>

#include "triptych/keras/layer.h"

namespace triptych::keras {

/// ArgumentError of `layer` for an unknown mode.
void check_output_mode(const char* layer, const std::string& mode, bool has_int, Location where);
/// Classes below `depth` as "one_hot", "multi_hot" or "count", which counts `weights` where they are defined.
Tensor encoded(const LayerBase& layer, const Tensor& classes, const std::string& mode, std::int64_t depth,
               const Tensor& weights);

/// What a handle to a kind of layer holds; ArgumentError if it was made of a layer of another kind.
template <class Base>
Base& kind_of(const Layer& layer, Location where) {
  if (auto* base = dynamic_cast<Base*>(&layer.base(where))) return *base;
  throw ArgumentError(layer.base(where).class_name(), "the layer is not of the kind that its handle is for",
                      "layer '" + layer.name() + "'", "", where);
}

}  // namespace triptych::keras
