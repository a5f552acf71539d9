// Pictures in files: PNG, JPEG, BMP, and the first frame of a GIF. They are told apart by their bytes, not by names.
#pragma once

#include <cstdint>
#include <string_view>

#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych {

/// The picture that these bytes are, uint8 (height, width, channels), the first row on top. `channels` 0: those of the
/// file, which are 1 (grey), 2 (grey, alpha), 3 (red, green, blue) or 4 (with alpha). Else so many: colours become grey
/// as (19595 r + 38470 g + 7471 b + 32768) / 65536 (ITU-R 601), what has no alpha gets 255, and a left out alpha is
/// forgotten. Of 16 bits the upper 8 are kept; a JPEG's orientation is not looked at.
/// @throws ArgumentError if the bytes are no such picture, or a damaged one, and for other channels; UnsupportedError
/// for more than 178956970 pixels (Pillow's limit), kinds that are not read (compressed BMP), or in a build without the
/// libraries. Source: tf.io.decode_image, PIL.Image.convert.
TRIPTYCH_API Tensor decode_image(std::string_view contents, std::int64_t channels = 0,
                                 Location where = Location::here());

/// The picture in a file, as `decode_image`; its errors name the file.
TRIPTYCH_API Tensor read_image(const OwnedText& path, std::int64_t channels = 0, Location where = Location::here());

}  // namespace triptych
