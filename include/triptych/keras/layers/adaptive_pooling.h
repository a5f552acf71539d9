// Pools to a given size.
#pragma once

#include <cstdint>

#include "triptych/core/ops/volume_sizes.h"
#include "triptych/core/option_text.h"
#include "triptych/core/text.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

struct AdaptivePoolingOptions {
  OwnedText data_format = "channels_last";
  OptionText name = {};
  DTypePolicy dtype = {};
};

namespace layers {

/// The mean (largest element) of `output_size` windows that share each axis; see triptych::adaptive_avg_pool2d.
/// ArgumentError if a size is below 1.
TRIPTYCH_API Layer AdaptiveAveragePooling1D(std::int64_t output_size, AdaptivePoolingOptions options = {},
                                            Location where = Location::here());
TRIPTYCH_API Layer AdaptiveAveragePooling2D(Size2 output_size, AdaptivePoolingOptions options = {},
                                            Location where = Location::here());
TRIPTYCH_API Layer AdaptiveAveragePooling3D(Size3 output_size, AdaptivePoolingOptions options = {},
                                            Location where = Location::here());
TRIPTYCH_API Layer AdaptiveMaxPooling1D(std::int64_t output_size, AdaptivePoolingOptions options = {},
                                        Location where = Location::here());
TRIPTYCH_API Layer AdaptiveMaxPooling2D(Size2 output_size, AdaptivePoolingOptions options = {},
                                        Location where = Location::here());
TRIPTYCH_API Layer AdaptiveMaxPooling3D(Size3 output_size, AdaptivePoolingOptions options = {},
                                        Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
