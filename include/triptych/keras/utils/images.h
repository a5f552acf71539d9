// Pictures from files and into them.
#pragma once

#include <cstdint>
#include <optional>

#include "triptych/core/ops/sizes.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych::keras {

/// Options of `load_img`, in Keras's order.
struct LoadImgOptions {
  /// "grayscale", "rgb" or "rgba".
  OwnedText color_mode = "rgb";
  /// Height and width; none: the picture's.
  std::optional<Size2> target_size = {};
  /// "nearest", "bilinear", "bicubic" or "lanczos"; smaller pictures are smoothed, as by Pillow.
  OwnedText interpolation = "nearest";
  /// Cut in the middle to the proportions of target_size first.
  bool keep_aspect_ratio = false;
};
struct SaveImgOptions {
  OwnedText data_format = "channels_last";
  /// The smallest value becomes 0 and the largest 255.
  bool scale = true;
};

namespace utils {

/// The picture in a file, uint8 (height, width, channels). ArgumentError as that of `read_image`, and for unknown
/// names.
TRIPTYCH_API Tensor load_img(const OwnedText& path, LoadImgOptions options = {}, Location where = Location::here());
/// The picture with another dtype; data_format: that of the result.
TRIPTYCH_API Tensor img_to_array(const Tensor& img, Text data_format = "channels_last", DType dtype = float32,
                                 Location where = Location::here());
/// Numbers (height, width, channels) as a picture, uint8, which Keras hands to Pillow. ArgumentError for another shape.
TRIPTYCH_API Tensor array_to_img(const Tensor& x, SaveImgOptions options = {}, Location where = Location::here());
/// A picture (height, width, channels) as a PNG file. ArgumentError for another shape, or a name that does not end in
/// ".png".
TRIPTYCH_API void save_img(const OwnedText& path, const Tensor& x, SaveImgOptions options = {},
                           Location where = Location::here());

}  // namespace utils
}  // namespace triptych::keras
