// Dropout of whole channels.
#pragma once

#include <cstdint>

#include "triptych/core/option_text.h"
#include "triptych/core/text.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

struct SpatialDropout1DOptions {
  std::int64_t seed = -1;
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct SpatialDropoutOptions {
  OwnedText data_format = "channels_last";
  std::int64_t seed = -1;
  OptionText name = {};
  DTypePolicy dtype = {};
};

namespace layers {

/// Dropout of whole channels of sequences (n, steps, c), images (n, h, w, c) or volumes. ArgumentError unless
/// 0 <= rate <= 1. Tompson et al., 2014.
TRIPTYCH_API Layer SpatialDropout1D(double rate, SpatialDropout1DOptions options = {},
                                    Location where = Location::here());
TRIPTYCH_API Layer SpatialDropout2D(double rate, SpatialDropoutOptions options = {}, Location where = Location::here());
TRIPTYCH_API Layer SpatialDropout3D(double rate, SpatialDropoutOptions options = {}, Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
