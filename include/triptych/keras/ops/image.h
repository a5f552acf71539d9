// keras.ops.image, with Keras 3's order of arguments and defaults. Images are (n, h, w, c) or (h, w, c); with
// data_format "channels_first" (n, c, h, w) or (c, h, w).
#pragma once

#include <optional>
#include <vector>

#include "triptych/core/ops.h"
#include "triptych/core/ops/color.h"
#include "triptych/core/ops/image_parts.h"
#include "triptych/core/ops/resize.h"
#include "triptych/core/seed.h"

namespace triptych::keras::ops::image {

struct ResizeOptions {
  /// "bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5".
  OwnedText interpolation = "bilinear";
  bool antialias = false;
  /// Cut in the middle (padded with `fill_value`) to the proportions of the new size first.
  bool crop_to_aspect_ratio = false;
  bool pad_to_aspect_ratio = false;
  /// "constant" alone, as in Keras.
  OwnedText fill_mode = "constant";
  double fill_value = 0;
  OwnedText data_format = "channels_last";
};
TRIPTYCH_API Tensor resize(const Arg& images, Size2 size, const ResizeOptions& options = {});
inline Tensor resize(const Arg& images, Size2 size, Text interpolation, bool antialias = false) {
  return resize(images, size, {.interpolation = OwnedText(std::string_view(interpolation)), .antialias = antialias});
}

TRIPTYCH_API Tensor rgb_to_grayscale(const Arg& images, Text data_format = "channels_last");
TRIPTYCH_API Tensor rgb_to_hsv(const Arg& images, Text data_format = "channels_last");
TRIPTYCH_API Tensor hsv_to_rgb(const Arg& images, Text data_format = "channels_last");

/// What is cut off on each side, or the height and width that stay: of top, bottom and height two, of left, right and
/// width two.
struct CropOptions {
  std::optional<std::int64_t> top_cropping = {}, left_cropping = {}, bottom_cropping = {}, right_cropping = {};
  std::optional<std::int64_t> target_height = {}, target_width = {};
  OwnedText data_format = "channels_last";
};
TRIPTYCH_API Tensor crop_images(const Arg& images, const CropOptions& options);
/// Zeros on each side, or the height and width with them: two of each three.
struct PadOptions {
  std::optional<std::int64_t> top_padding = {}, left_padding = {}, bottom_padding = {}, right_padding = {};
  std::optional<std::int64_t> target_height = {}, target_width = {};
  OwnedText data_format = "channels_last";
};
TRIPTYCH_API Tensor pad_images(const Arg& images, const PadOptions& options);

/// The patches of two (three) axes, each as one vector in the place of the channels.
TRIPTYCH_API Tensor extract_patches(const Arg& images, const Axes& size, const Axes& strides = {},
                                    const Axes& dilation_rate = 1, const WindowPadding& padding = "valid",
                                    Text data_format = "channels_last");
TRIPTYCH_API Tensor extract_patches_3d(const Arg& volumes, const Axes& size, const Axes& strides = {},
                                       const Axes& dilation_rate = 1, const WindowPadding& padding = "valid",
                                       Text data_format = "channels_last");
/// Smoothed by a Gaussian window, zeros around; the first size and deviation are the horizontal ones, as in Keras.
TRIPTYCH_API Tensor gaussian_blur(const Arg& images, Size2 kernel_size = {3, 3},
                                  std::pair<double, double> sigma = {1, 1}, Text data_format = "channels_last");
/// (n, h, w, c, 2).
TRIPTYCH_API Tensor sobel_edges(const Arg& images, Text data_format = "channels_last");
/// The likeness of each pair of images.
TRIPTYCH_API Tensor ssim(const Arg& image1, const Arg& image2, double max_val = 1, std::int64_t filter_size = 11,
                         double filter_sigma = 1.5, double k1 = 0.01, double k2 = 0.03,
                         Text data_format = "channels_last");

/// inputs read at `coordinates` (rank, ...), places along each axis, between elements by order 1 (linear) or the
/// nearest (order 0). What is outside: "constant" (fill_value), "nearest" (the border), "wrap", "mirror" or "reflect".
TRIPTYCH_API Tensor map_coordinates(const Arg& inputs, const Arg& coordinates, std::int64_t order,
                                    Text fill_mode = "constant", double fill_value = 0);
struct AffineOptions {
  /// "bilinear" or "nearest".
  OwnedText interpolation = "bilinear";
  /// "constant", "nearest", "wrap" or "reflect".
  OwnedText fill_mode = "constant";
  double fill_value = 0;
  OwnedText data_format = "channels_last";
};
/// Images read at the places that `transform` (8,) or (n, 8) moves theirs to: x' = (a0 x + a1 y + a2) / k and
/// y' = (b0 x + b1 y + b2) / k with k = c0 x + c1 y + 1.
TRIPTYCH_API Tensor affine_transform(const Arg& images, const Arg& transform, const AffineOptions& options = {});
/// The plane through four points (4, 2) or (n, 4, 2), (x, y) each, moved so that they come to others.
TRIPTYCH_API Tensor perspective_transform(const Arg& images, const Arg& start_points, const Arg& end_points,
                                          const AffineOptions& options = {});
struct ElasticOptions {
  double alpha = 20;
  double sigma = 5;
  OwnedText interpolation = "bilinear";
  OwnedText fill_mode = "reflect";
  double fill_value = 0;
  Seed seed = {};
  OwnedText data_format = "channels_last";
};
/// Every pixel moved by `alpha` times random numbers of deviation `sigma`, smoothed by a window of this deviation.
TRIPTYCH_API Tensor elastic_transform(const Arg& images, const ElasticOptions& options = {});
/// As jax.image.scale_and_translate: scaled and moved along `spatial_dims`.
TRIPTYCH_API Tensor scale_and_translate(const Arg& images, const Shape& output_shape, const std::vector<double>& scale,
                                        const std::vector<double>& translation, const Axes& spatial_dims,
                                        const OwnedText& method, bool antialias = true);

}  // namespace triptych::keras::ops::image
