// tf.image: images are (n, h, w, c).
#pragma once

#include <string>

#include "triptych/core/ops.h"

namespace triptych::lowlevel::image {

/// method: "bilinear", "nearest", "bicubic" or "area".
inline Tensor resize(const Arg& images, const Axes& size, const std::string& method = "bilinear") {
  return interpolate(
      images, {.size = size, .mode = method == "nearest" ? "nearest-exact" : method, .data_format = DataFormat::nhwc});
}
inline Tensor flip_left_right(const Arg& image) { return flip(image, -2); }
inline Tensor flip_up_down(const Arg& image) { return flip(image, -3); }
inline Tensor transpose(const Arg& image) { return triptych::transpose(image, -3, -2); }
inline Tensor rot90(const Arg& image, std::int64_t k = 1) { return triptych::rot90(image, k, {-3, -2}); }
inline Tensor adjust_brightness(const Arg& image, double delta) { return add(image, Arg(delta, image.where())); }
/// Each channel's distance from its mean, times `contrast_factor`.
inline Tensor adjust_contrast(const Arg& images, double contrast_factor) {
  const Frame frame(images.where());
  const Tensor average = mean(images, {-3, -2}, true);
  return sub(images, average) * contrast_factor + average;
}
inline Tensor adjust_gamma(const Arg& image, double gamma = 1, double gain = 1) {
  const Frame frame(image.where());
  return pow(image, gamma) * gain;
}

}  // namespace triptych::lowlevel::image
