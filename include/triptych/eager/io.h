// Pictures from files, as (channels, height, width): torchvision.io.
#pragma once

#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych::eager::io {

/// What a picture's channels become.
enum class ImageReadMode { UNCHANGED, GRAY, GRAY_ALPHA, RGB, RGB_ALPHA };

/// The bytes of a file, uint8 (n,). ArgumentError if it cannot be read.
TRIPTYCH_API Tensor read_file(const OwnedText& path, Location where = Location::here());
/// uint8 (channels, height, width) of a file's bytes, or of a file: `decode_image` of the core with the channels first.
/// Of 16 bits the upper 8 are kept.
TRIPTYCH_API Tensor decode_image(const Tensor& input, ImageReadMode mode = ImageReadMode::UNCHANGED,
                                 Location where = Location::here());
TRIPTYCH_API Tensor read_image(const OwnedText& path, ImageReadMode mode = ImageReadMode::UNCHANGED,
                               Location where = Location::here());

}  // namespace triptych::eager::io
