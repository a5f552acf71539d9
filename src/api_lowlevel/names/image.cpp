// tf.image: sizes, values, differences. Boxes are in boxes.cpp, what is random in random_images.cpp.
#include "triptych/lowlevel/names/image.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "triptych/core/ops/moments.h"

namespace triptych::lowlevel::image {
namespace {

struct Lengths {
  std::int64_t height, width;
};

/// Height and width of images (..., h, w, c), which must be known.
Lengths lengths_of(const char* op, const Arg& image) {
  const Tensor& x = image.tensor();
  if (x.ndim(image.where()) < 3)
    throw ArgumentError(op, "images are not (..., h, w, c)", x.shape().text(), "", image.where());
  return {x.size(-3, image.where()), x.size(-2, image.where())};
}

void check_target(const char* op, std::int64_t height, std::int64_t width, Location where) {
  if (height < 1 || width < 1)
    throw ArgumentError(op, "a target is not positive", std::to_string(height) + " and " + std::to_string(width), "",
                        where);
}

Tensor padded(const Tensor& x, std::pair<std::int64_t, std::int64_t> rows,
              std::pair<std::int64_t, std::int64_t> columns) {
  std::vector<std::pair<std::int64_t, std::int64_t>> room(static_cast<std::size_t>(x.ndim()));
  room[room.size() - 3] = rows;
  room[room.size() - 2] = columns;
  return triptych::pad(x, room);
}

/// The product of the last axis with a matrix, row by row.
Tensor colors(const Arg& images, std::initializer_list<NumberList> matrix) {
  const Frame frame(images.where());
  const Tensor& x = images.tensor();
  const DeviceScope beside(x.device(images.where()));
  return triptych::matmul(x, tensor(matrix, x.dtype()));
}

double largest(DType dtype) {
  switch (dtype) {
    case DType::int8:
      return 127;
    case DType::uint8:
      return 255;
    case DType::int32:
      return std::numeric_limits<std::int32_t>::max();
    default:
      return static_cast<double>(std::numeric_limits<std::int64_t>::max());
  }
}

}  // namespace

Tensor resize(const Arg& images, const Axes& size, Text method, bool preserve_aspect_ratio, bool antialias) {
  const Frame frame(images.where());
  if (size.size() != 2)
    throw ArgumentError("resize", "size is not a height and a width", std::to_string(size.size()) + " numbers", "",
                        images.where());
  std::int64_t height = size[0], width = size[1];
  if (preserve_aspect_ratio) {
    check_target("resize", height, width, images.where());
    const auto [rows, columns] = lengths_of("resize", images);
    const double scale = std::min(static_cast<double>(height) / static_cast<double>(rows),
                                  static_cast<double>(width) / static_cast<double>(columns));
    height = std::max<std::int64_t>(std::llround(scale * static_cast<double>(rows)), 1);
    width = std::max<std::int64_t>(std::llround(scale * static_cast<double>(columns)), 1);
  }
  const Tensor resized = resize_images(images, height, width, method, antialias);
  return method == "nearest" || is_floating(resized.dtype()) ? resized : cast(resized, float32);
}

Tensor resize_with_pad(const Arg& image, std::int64_t target_height, std::int64_t target_width, Text method,
                       bool antialias) {
  const Frame frame(image.where());
  check_target("resize_with_pad", target_height, target_width, image.where());
  const auto [height, width] = lengths_of("resize_with_pad", image);
  const double ratio = std::max(static_cast<double>(width) / static_cast<double>(target_width),
                                static_cast<double>(height) / static_cast<double>(target_height));
  const auto scaled = [&](std::int64_t length) {
    return std::max<std::int64_t>(Scalar(static_cast<double>(length) / ratio).to_int(), 1);
  };
  const std::int64_t rows = scaled(height), columns = scaled(width);
  const auto above = [&](std::int64_t target, std::int64_t length) {
    const double half = (static_cast<double>(target) - static_cast<double>(length) / ratio) / 2;
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::floor(half)), 0, std::max<std::int64_t>(target, 0));
  };
  const std::int64_t top = std::min(above(target_height, height), target_height - rows),
                     left = std::min(above(target_width, width), target_width - columns);
  return pad_to_bounding_box(resize(image, {rows, columns}, method, false, antialias), top, left, target_height,
                             target_width);
}

Tensor resize_with_crop_or_pad(const Arg& image, std::int64_t target_height, std::int64_t target_width) {
  const Frame frame(image.where());
  check_target("resize_with_crop_or_pad", target_height, target_width, image.where());
  const auto [height, width] = lengths_of("resize_with_crop_or_pad", image);
  const Tensor inner = crop_to_bounding_box(image, std::max<std::int64_t>(height - target_height, 0) / 2,
                                            std::max<std::int64_t>(width - target_width, 0) / 2,
                                            std::min(height, target_height), std::min(width, target_width));
  return pad_to_bounding_box(inner, std::max<std::int64_t>(target_height - height, 0) / 2,
                             std::max<std::int64_t>(target_width - width, 0) / 2, target_height, target_width);
}

Tensor crop_to_bounding_box(const Arg& image, std::int64_t offset_height, std::int64_t offset_width,
                            std::int64_t target_height, std::int64_t target_width) {
  const Frame frame(image.where());
  static_cast<void>(lengths_of("crop_to_bounding_box", image));
  check_target("crop_to_bounding_box", target_height, target_width, image.where());
  if (offset_height < 0 || offset_width < 0)
    throw ArgumentError("crop_to_bounding_box", "an offset is negative",
                        std::to_string(offset_height) + " and " + std::to_string(offset_width), "", image.where());
  return narrow(narrow(image, -3, offset_height, target_height), -2, offset_width, target_width);
}

Tensor pad_to_bounding_box(const Arg& image, std::int64_t offset_height, std::int64_t offset_width,
                           std::int64_t target_height, std::int64_t target_width) {
  const Frame frame(image.where());
  const auto [height, width] = lengths_of("pad_to_bounding_box", image);
  check_target("pad_to_bounding_box", target_height, target_width, image.where());
  if (offset_height < 0 || offset_width < 0 || offset_height > target_height - height ||
      offset_width > target_width - width)
    throw ArgumentError("pad_to_bounding_box", "the images do not lie inside of the target",
                        image.tensor().shape().text() + " at (" + std::to_string(offset_height) + ", " +
                            std::to_string(offset_width) + ") in (" + std::to_string(target_height) + ", " +
                            std::to_string(target_width) + ")",
                        "", image.where());
  return padded(image.tensor(), {offset_height, target_height - offset_height - height},
                {offset_width, target_width - offset_width - width});
}

Tensor central_crop(const Arg& image, double central_fraction) {
  const Frame frame(image.where());
  if (!(central_fraction > 0 && central_fraction <= 1))
    throw ArgumentError("central_crop", "central_fraction is not above 0 and up to 1", std::to_string(central_fraction),
                        "", image.where());
  const auto [height, width] = lengths_of("central_crop", image);
  const auto start = [&](std::int64_t length) {
    const auto all = static_cast<double>(length);
    return static_cast<std::int64_t>((all - all * central_fraction) / 2);
  };
  return crop_to_bounding_box(image, start(height), start(width), height - 2 * start(height), width - 2 * start(width));
}

Tensor convert_image_dtype(const Arg& image, DType dtype, bool saturate) {
  const Frame frame(image.where());
  const Tensor& x = image.tensor();
  const DType from = x.dtype(image.where());
  if (from == boolean || dtype == boolean)
    throw ArgumentError("convert_image_dtype", "a dtype is bool", "images of truth values", "Use cast", image.where());
  if (from == dtype || (is_floating(from) && is_floating(dtype))) return cast(image, dtype);
  if (!is_floating(from) && is_floating(dtype)) return cast(image, dtype) / largest(from);
  if (is_floating(from)) {
    const Tensor scaled = cast(image, from == float64 ? float64 : float32) * (largest(dtype) + 0.5);
    return cast(saturate ? clip(scaled, 0, largest(dtype)) : scaled, dtype);
  }
  if (largest(from) > largest(dtype)) {
    const auto scale = static_cast<std::int64_t>((largest(from) + 1) / (largest(dtype) + 1));
    return cast(floor_divide(image, scale), dtype);
  }
  const auto scale = static_cast<std::int64_t>((largest(dtype) + 1) / (largest(from) + 1));
  return cast(image, dtype) * scale;
}

Tensor adjust_hue(const Arg& image, double delta) {
  const Frame frame(image.where());
  if (!(delta >= -1 && delta <= 1))
    throw ArgumentError("adjust_hue", "delta is outside of [-1, 1]", std::to_string(delta), "", image.where());
  const Tensor hsv = triptych::rgb_to_hsv(image);
  const Tensor hue = remainder(slice(hsv, -1, {0, 1}) + delta, 1);
  return triptych::hsv_to_rgb(triptych::concat({hue, slice(hsv, -1, {1, none})}, -1));
}

Tensor adjust_saturation(const Arg& image, double saturation_factor) {
  const Frame frame(image.where());
  if (!(saturation_factor >= 0 && std::isfinite(saturation_factor)))
    throw ArgumentError("adjust_saturation", "saturation_factor is negative or not finite",
                        std::to_string(saturation_factor), "", image.where());
  const Tensor hsv = triptych::rgb_to_hsv(image);
  const Tensor saturation = clip(slice(hsv, -1, {1, 2}) * saturation_factor, 0, 1);
  return triptych::hsv_to_rgb(triptych::concat({slice(hsv, -1, {0, 1}), saturation, slice(hsv, -1, {2, none})}, -1));
}

Tensor per_image_standardization(const Arg& image) {
  const Frame frame(image.where());
  const Tensor& given = image.tensor();
  if (given.ndim(image.where()) < 3)
    throw ArgumentError("per_image_standardization", "images are not (..., h, w, c)", given.shape().text(), "",
                        image.where());
  const Tensor x = is_floating(given.dtype()) ? given : cast(image, float32);
  const Axes axes{-3, -2, -1};
  const Tensor number = sum(ones_like(x.detach()), axes, true);
  return (x - mean(x, axes, true)) / maximum(population_std(x, axes, true), rsqrt(number));
}

Tensor rgb_to_yiq(const Arg& images) {
  return colors(images,
                {{0.299, 0.59590059, 0.2115}, {0.587, -0.27455667, -0.52273617}, {0.114, -0.32134392, 0.31119955}});
}
Tensor yiq_to_rgb(const Arg& images) {
  return colors(images, {{1, 1, 1}, {0.95598634, -0.27201283, -1.10674021}, {0.6208248, -0.64720424, 1.70423049}});
}
Tensor rgb_to_yuv(const Arg& images) {
  return colors(
      images, {{0.299, -0.14714119, 0.61497538}, {0.587, -0.28886916, -0.51496512}, {0.114, 0.43601035, -0.10001026}});
}
Tensor yuv_to_rgb(const Arg& images) {
  return colors(images, {{1, 1, 1}, {0, -0.394642334, 2.03206185}, {1.13988303, -0.58062185, 0}});
}

Gradients image_gradients(const Arg& image) {
  const Frame frame(image.where());
  const Tensor& x = image.tensor();
  if (x.ndim(image.where()) != 4)
    throw ArgumentError("image_gradients", "images are not (n, h, w, c)", x.shape().text(), "", image.where());
  return {padded(diff(x, 1, 1), {0, 1}, {0, 0}), padded(diff(x, 1, 2), {0, 0}, {0, 1})};
}

Tensor total_variation(const Arg& images) {
  const Frame frame(images.where());
  if (images.tensor().ndim(images.where()) < 3)
    throw ArgumentError("total_variation", "images are not (..., h, w, c)", images.tensor().shape().text(), "",
                        images.where());
  const Axes axes{-3, -2, -1};
  return sum(abs(diff(images, 1, -3)), axes) + sum(abs(diff(images, 1, -2)), axes);
}

Tensor ssim(const Arg& img1, const Arg& img2, double max_val, std::int64_t filter_size, double filter_sigma, double k1,
            double k2) {
  const Frame frame(img1.where());
  return mean(ssim_by_channel(img1, img2, max_val, {filter_size, filter_sigma, k1, k2}).similarity, -1);
}

Tensor ssim_multiscale(const Arg& img1, const Arg& img2, double max_val, const std::vector<double>& power_factors,
                       std::int64_t filter_size, double filter_sigma, double k1, double k2) {
  const Frame frame(img1.where());
  if (power_factors.empty())
    throw ArgumentError("ssim_multiscale", "there is no scale", "no power factors", "", img1.where());
  Tensor x = img1.tensor(), y = img2.tensor(), product;
  for (std::size_t scale = 0; scale < power_factors.size(); ++scale) {
    if (scale > 0) {
      // Half as large; a last row or column that is left over is doubled.
      const auto halved = [&](const Tensor& t) {
        const Arg image(t, img1.where());
        const auto [height, width] = lengths_of("ssim_multiscale", image);
        const Tensor even = height % 2 || width % 2
                                ? triptych::pad(t, {{0, 0}, {0, height % 2}, {0, width % 2}, {0, 0}}, "symmetric")
                                : t;
        return avg_pool2d(even, {.kernel_size = 2, .data_format = DataFormat::nhwc});
      };
      x = halved(x);
      y = halved(y);
    }
    const Ssim alike =
        ssim_by_channel(Arg(x, img1.where()), Arg(y, img2.where()), max_val, {filter_size, filter_sigma, k1, k2});
    const bool last = scale + 1 == power_factors.size();
    const Tensor part = pow(relu(last ? alike.similarity : alike.contrast_structure), power_factors[scale]);
    product = product.defined() ? product * part : part;
  }
  return mean(product, -1);
}

}  // namespace triptych::lowlevel::image
