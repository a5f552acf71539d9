// Images resized as TensorFlow, JAX and Keras do it: with the filter's weights made to add up to one at the borders.
// (`interpolate` is PyTorch's, which repeats the border.)
#pragma once

#include <string>
#include <vector>

#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych {

/// Images (..., h, w, c) with other heights and widths. `method`: "bilinear", "nearest", "bicubic" (Keys, a = -1/2; without
/// `antialias` at places rounded to 1/1024, as in TensorFlow),
/// "area", "lanczos3", "lanczos5", "gaussian" or "mitchellcubic". With `antialias` smaller images are smoothed. "area"
/// and "nearest" smooth nothing: the first takes means of what lies under each element. Floating dtypes; others are
/// resized in float32, but by "nearest", which keeps them.
/// @throws ArgumentError for another method, if a size is not positive, or a length unknown.
/// Source: tf.image.resize, jax.image.resize.
TRIPTYCH_API Tensor resize_images(Arg images, std::int64_t height, std::int64_t width, Text method = "bilinear",
                                  bool antialias = false);

struct ScaleAndTranslateOptions {
  /// "linear" ("bilinear"), "cubic" ("bicubic"), "lanczos3" or "lanczos5", or another one of resize_images that is no
  /// "nearest" or "area".
  std::string method = "linear";
  bool antialias = true;
};
/// x scaled and moved along `axes`: element i of the result is read at (i + 1/2 - translation) / scale - 1/2, and is 0
/// where that is outside. One scale and one translation for each axis; `output_shape` is that of the whole result.
/// @throws ArgumentError unless the numbers fit the axes, and scales are positive. Source:
/// jax.image.scale_and_translate.
TRIPTYCH_API Tensor scale_and_translate(Arg x, const Shape& output_shape, const std::vector<double>& scale,
                                        const std::vector<double>& translation, const Axes& axes,
                                        ScaleAndTranslateOptions options = {});

}  // namespace triptych
