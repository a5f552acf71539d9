// tf.image: images are (n, h, w, c), or (h, w, c) where TensorFlow takes them. Files are decoded in lowlevel/io.h. What
// is random takes a seed as tf.random does.
#pragma once

#include <limits>
#include <vector>

#include "triptych/core/ops.h"
#include "triptych/core/ops/color.h"
#include "triptych/core/ops/image_parts.h"
#include "triptych/core/ops/resize.h"
#include "triptych/core/seed.h"
#include "triptych/lowlevel/names/random.h"

namespace triptych::lowlevel::image {

// --- Sizes ----------------------------------------------------------------------------------------------------------

/// method: "bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian" or "mitchellcubic". With
/// `preserve_aspect_ratio` the largest size inside of `size` that has the images' proportions.
TRIPTYCH_API Tensor resize(const Arg& images, const Axes& size, Text method = "bilinear",
                           bool preserve_aspect_ratio = false, bool antialias = false);
/// Resized with the images' proportions, and centred among zeros; cut or padded with zeros around the centre.
TRIPTYCH_API Tensor resize_with_pad(const Arg& image, std::int64_t target_height, std::int64_t target_width,
                                    Text method = "bilinear", bool antialias = false);
TRIPTYCH_API Tensor resize_with_crop_or_pad(const Arg& image, std::int64_t target_height, std::int64_t target_width);
/// The part that begins at these offsets; and zeros around images that begin there.
TRIPTYCH_API Tensor crop_to_bounding_box(const Arg& image, std::int64_t offset_height, std::int64_t offset_width,
                                         std::int64_t target_height, std::int64_t target_width);
TRIPTYCH_API Tensor pad_to_bounding_box(const Arg& image, std::int64_t offset_height, std::int64_t offset_width,
                                        std::int64_t target_height, std::int64_t target_width);
/// The share of height and width in the middle, above 0 and up to 1.
TRIPTYCH_API Tensor central_crop(const Arg& image, double central_fraction);
/// The boxes (m, 4), y1, x1, y2, x2 from 0 to 1, of the images that `box_indices` (m,) name, each resized to
/// `crop_size`; what lies outside is `extrapolation_value`. method: "bilinear" or "nearest".
TRIPTYCH_API Tensor crop_and_resize(const Arg& image, const Arg& boxes, const Arg& box_indices, const Axes& crop_size,
                                    Text method = "bilinear", double extrapolation_value = 0);
/// The patches of images (n, h, w, c), each as one vector; sizes, strides and rates are (1, h, w, 1) or (h, w).
inline Tensor extract_patches(const Arg& images, const Axes& sizes, const Axes& strides, const Axes& rates,
                              const WindowPadding& padding) {
  return triptych::extract_patches(images, sizes, {.strides = strides, .rates = rates, .padding = padding});
}

// --- Turned ---------------------------------------------------------------------------------------------------------

inline Tensor flip_left_right(const Arg& image) { return flip(image, -2); }
inline Tensor flip_up_down(const Arg& image) { return flip(image, -3); }
inline Tensor transpose(const Arg& image) { return triptych::transpose(image, -3, -2); }
inline Tensor rot90(const Arg& image, std::int64_t k = 1) { return triptych::rot90(image, k, {-3, -2}); }

// --- Values ---------------------------------------------------------------------------------------------------------

/// As another dtype: integers stand for their share of the largest one of their dtype.
TRIPTYCH_API Tensor convert_image_dtype(const Arg& image, DType dtype, bool saturate = false);
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
/// Hues turned by `delta`, in turns; saturations multiplied, up to 1.
TRIPTYCH_API Tensor adjust_hue(const Arg& image, double delta);
TRIPTYCH_API Tensor adjust_saturation(const Arg& image, double saturation_factor);
/// (x - mean) / max(deviation, 1 / sqrt(n)) of each image's n elements.
TRIPTYCH_API Tensor per_image_standardization(const Arg& image);

inline Tensor rgb_to_grayscale(const Arg& images) { return triptych::rgb_to_grayscale(images); }
inline Tensor grayscale_to_rgb(const Arg& images) { return triptych::repeat(images, 3, -1); }
inline Tensor rgb_to_hsv(const Arg& images) { return triptych::rgb_to_hsv(images); }
inline Tensor hsv_to_rgb(const Arg& images) { return triptych::hsv_to_rgb(images); }
/// The colours of television: luminance and two differences.
TRIPTYCH_API Tensor rgb_to_yiq(const Arg& images);
TRIPTYCH_API Tensor yiq_to_rgb(const Arg& images);
TRIPTYCH_API Tensor rgb_to_yuv(const Arg& images);
TRIPTYCH_API Tensor yuv_to_rgb(const Arg& images);

// --- Differences ----------------------------------------------------------------------------------------------------

struct Gradients {
  Tensor dy, dx;
};
/// The differences of images (n, h, w, c) to the next row and to the next column; 0 in the last ones.
TRIPTYCH_API Gradients image_gradients(const Arg& image);
using triptych::sobel_edges;
/// The sum of the absolute differences of neighbours, of each image.
TRIPTYCH_API Tensor total_variation(const Arg& images);
/// Of each image of (..., h, w, c).
inline Tensor psnr(const Arg& a, const Arg& b, double max_val) { return triptych::psnr(a, b, max_val, {-3, -2, -1}); }
TRIPTYCH_API Tensor ssim(const Arg& img1, const Arg& img2, double max_val, std::int64_t filter_size = 11,
                         double filter_sigma = 1.5, double k1 = 0.01, double k2 = 0.03);
/// The likeness at five scales, each half as large as the one before, multiplied with these exponents.
TRIPTYCH_API Tensor ssim_multiscale(const Arg& img1, const Arg& img2, double max_val,
                                    const std::vector<double>& power_factors = {0.0448, 0.2856, 0.3001, 0.2363, 0.1333},
                                    std::int64_t filter_size = 11, double filter_sigma = 1.5, double k1 = 0.01,
                                    double k2 = 0.03);

// --- Boxes ----------------------------------------------------------------------------------------------------------

/// Places, int32, of the best of boxes (m, 4) that overlap by more than `iou_threshold`, best score first; values must
/// be known, so it is not for graphs.
TRIPTYCH_API Tensor non_max_suppression(const Arg& boxes, const Arg& scores, std::int64_t max_output_size,
                                        double iou_threshold = 0.5,
                                        double score_threshold = -std::numeric_limits<double>::infinity());
/// The same with the overlaps (m, m) given.
TRIPTYCH_API Tensor non_max_suppression_overlaps(const Arg& overlaps, const Arg& scores, std::int64_t max_output_size,
                                                 double overlap_threshold = 0.5,
                                                 double score_threshold = -std::numeric_limits<double>::infinity());

// --- Random ---------------------------------------------------------------------------------------------------------

/// Each by an amount that is drawn once for all: up to max_delta both ways, or in [lower, upper).
TRIPTYCH_API Tensor random_brightness(const Arg& image, double max_delta, const Seed& seed = {});
TRIPTYCH_API Tensor random_contrast(const Arg& image, double lower, double upper, const Seed& seed = {});
TRIPTYCH_API Tensor random_hue(const Arg& image, double max_delta, const Seed& seed = {});
TRIPTYCH_API Tensor random_saturation(const Arg& image, double lower, double upper, const Seed& seed = {});
/// With probability 1/2, each image by itself.
TRIPTYCH_API Tensor random_flip_left_right(const Arg& image, const Seed& seed = {});
TRIPTYCH_API Tensor random_flip_up_down(const Arg& image, const Seed& seed = {});
/// A part of this size, at a place that is drawn.
TRIPTYCH_API Tensor random_crop(const Arg& value, const Shape& size, const Seed& seed = {});
TRIPTYCH_API Tensor stateless_random_brightness(const Arg& image, double max_delta, const random::StatelessSeed& seed);
TRIPTYCH_API Tensor stateless_random_contrast(const Arg& image, double lower, double upper,
                                              const random::StatelessSeed& seed);
TRIPTYCH_API Tensor stateless_random_hue(const Arg& image, double max_delta, const random::StatelessSeed& seed);
TRIPTYCH_API Tensor stateless_random_saturation(const Arg& image, double lower, double upper,
                                                const random::StatelessSeed& seed);
TRIPTYCH_API Tensor stateless_random_flip_left_right(const Arg& image, const random::StatelessSeed& seed);
TRIPTYCH_API Tensor stateless_random_flip_up_down(const Arg& image, const random::StatelessSeed& seed);
TRIPTYCH_API Tensor stateless_random_crop(const Arg& value, const Shape& size, const random::StatelessSeed& seed);

}  // namespace triptych::lowlevel::image
