// Larger images.
#pragma once

#include <cstdint>

#include "triptych/core/ops/volume_sizes.h"
#include "triptych/core/option_text.h"
#include "triptych/core/text.h"
#include "triptych/keras/layers/name_options.h"

namespace triptych::keras {

struct UpSampling2DOptions {
  OwnedText data_format = "channels_last";
  /// "nearest", "bilinear", "bicubic", "lanczos3" or "lanczos5", with TensorFlow's coordinates and kernels.
  OwnedText interpolation = "nearest";
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct UpSampling3DOptions {
  OwnedText data_format = "channels_last";
  OptionText name = {};
  DTypePolicy dtype = {};
};

namespace layers {

/// Each element `size` times along the spatial axes, or interpolated. ArgumentError if a size is not positive, or for
/// another interpolation; but for "nearest" the sizes of images must be known.
TRIPTYCH_API Layer UpSampling1D(std::int64_t size = 2, NameOptions options = {}, Location where = Location::here());
TRIPTYCH_API Layer UpSampling2D(Size2 size = 2, UpSampling2DOptions options = {}, Location where = Location::here());
TRIPTYCH_API Layer UpSampling3D(Size3 size = 2, UpSampling3DOptions options = {}, Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
