// A layer whose kernel has spectral norm one.
#pragma once

#include <cstdint>

#include "triptych/keras/layers/name_options.h"

namespace triptych::keras::layers {

/// `layer` whose kernel (of an Embedding its table) is divided by its largest singular value before each call in
/// training, as `power_iterations` steps from the weight vector_u (1, outputs) estimate it. Miyato et al., 2018.
/// ArgumentError unless power_iterations is positive and the layer has a kernel.
TRIPTYCH_API Layer SpectralNormalization(const Layer& layer, std::int64_t power_iterations = 1,
                                         NameOptions options = {}, Location where = Location::here());

}  // namespace triptych::keras::layers
