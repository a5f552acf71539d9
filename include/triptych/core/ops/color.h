// Colours of images, whose red, green and blue are a dimension of length 3, the last one unless `axis` says otherwise.
// Floating-point, between 0 and 1 where hues are taken.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// 0.2989 red + 0.587 green + 0.114 blue; the dimension stays, with length 1. Any dtype: others than floating-point are
/// rounded.
/// @throws ArgumentError unless the dimension has length 3 (all functions of this header).
/// Source: tf.image.rgb_to_grayscale, keras.ops.image.rgb_to_grayscale.
TRIPTYCH_API Tensor rgb_to_grayscale(Arg images, std::int64_t axis = -1);
/// Hue, saturation and value, each from 0 to 1; grey has hue 0.
/// @throws ArgumentError if images are not floating-point (the next, too).
/// Source: tf.image.rgb_to_hsv, keras.ops.image.rgb_to_hsv.
TRIPTYCH_API Tensor rgb_to_hsv(Arg images, std::int64_t axis = -1);
TRIPTYCH_API Tensor hsv_to_rgb(Arg images, std::int64_t axis = -1);

}  // namespace triptych
