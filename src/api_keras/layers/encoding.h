// Classes as numbers that networks read: what preprocessing layers with an `output_mode` share.
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

}  // namespace triptych::keras
