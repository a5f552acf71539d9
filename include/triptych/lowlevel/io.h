// Pictures from files: tf.io. As tensors hold no texts, a file's bytes are a std::string, and a picture is decoded at
// once, not when a graph runs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych::lowlevel::io {

/// The bytes of a file. ArgumentError if it cannot be read.
TRIPTYCH_API std::string read_file(const OwnedText& filename, Location where = Location::here());

/// (height, width, channels) of a picture's bytes: `decode_image` of the core. dtype uint8; float32 is from 0 to 1. Of
/// a GIF the first frame, as without `expand_animations`.
TRIPTYCH_API Tensor decode_image(std::string_view contents, std::int64_t channels = 0, DType dtype = uint8,
                                 Location where = Location::here());
// The same for one kind each. ArgumentError for a picture of another one.
TRIPTYCH_API Tensor decode_png(std::string_view contents, std::int64_t channels = 0, DType dtype = uint8,
                               Location where = Location::here());
TRIPTYCH_API Tensor decode_jpeg(std::string_view contents, std::int64_t channels = 0,
                                Location where = Location::here());
TRIPTYCH_API Tensor decode_bmp(std::string_view contents, std::int64_t channels = 0, Location where = Location::here());

}  // namespace triptych::lowlevel::io
