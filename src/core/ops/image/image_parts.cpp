// Patches, blocks, edges and likeness of images: windows, views and convolutions.
#include "triptych/core/ops/image_parts.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/ops/ops.h"
#include "core/ops/shape/split_axis.h"
#include "core/support/checked.h"
#include "core/support/error_context.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// One number for each of `axes`: all the same, one for each, or one for each dimension of (n, ..., c).
std::int64_t number_of(const char* op, const Axes& given, int axes, int axis, const char* name, Location where) {
  if (given.size() != 1 && given.size() != axes && given.size() != axes + 2)
    throw ArgumentError(op, std::string(name) + " are not one for each axis",
                        std::to_string(given.size()) + " numbers for " + std::to_string(axes) + " axes", "", where);
  const std::int64_t number = given[given.size() == 1 ? 0 : given.size() == axes ? axis : axis + 1];
  if (number < 1) throw ArgumentError(op, std::string(name) + " are not positive", std::to_string(number), "", where);
  return number;
}

void check_block(const char* op, const Arg& x, std::int64_t block, DataFormat format, bool lengths) {
  const Shape& shape = operand(op, x).shape();
  if (shape.rank() != 4) throw ArgumentError(op, "x has not four dimensions", shape.text(), "", x.where());
  if (block < 2 || block > (1 << 20))
    throw ArgumentError(op, "the block size is not from 2 to 2^20", std::to_string(block), "", x.where());
  const int channels = format == DataFormat::nhwc ? 3 : 1, height = format == DataFormat::nhwc ? 1 : 2;
  const auto divides = [&](int axis, std::int64_t by) {
    const Dim length = shape.dim(axis);
    return !length.known() || length.raw() % by == 0;
  };
  if (lengths ? !divides(height, block) || !divides(height + 1, block) : !divides(channels, block * block))
    throw ArgumentError(op, "a length is no multiple of the block's",
                        "x is " + shape.text() + ", the block size " + std::to_string(block), "", x.where());
}

/// Both images in the dtype that they are compared in.
std::pair<Tensor, Tensor> compared(const char* op, const Arg& a, const Arg& b) {
  const Tensor &x = operand(op, a), &y = operand(op, b);
  if (!x.shape().compatible(y.shape()))
    throw ArgumentError(op, "the images differ in shape", x.shape().text() + " and " + y.shape().text(), "", a.where());
  const DType given = result_type(x, y), dtype = given == float64 ? float64 : float32;
  return {cast(x, dtype), cast(y, dtype)};
}

Tensor noise_ratio(const Tensor& mean_squares, double max_val) {
  return 20 * std::log10(max_val) - log10(mean_squares) * 10;
}

}  // namespace

Tensor extract_patches(Arg images, const Axes& sizes, ExtractPatchesOptions options) {
  const Called called("extract_patches");
  const Frame frame(images.where());
  const char* op = "extract_patches";
  const Location where = images.where();
  Tensor x = operand(op, images);
  const int axes = x.ndim() - 2;
  if (axes < 1 || axes > 3)
    throw ArgumentError(op, "images have not a batch, one to three axes and channels", x.shape().text(), "", where);
  for (int i = 0; i < axes; ++i) {
    const std::int64_t size = number_of(op, sizes, axes, i, "sizes", where),
                       rate = number_of(op, options.rates, axes, i, "rates", where),
                       stride =
                           options.strides.empty() ? size : number_of(op, options.strides, axes, i, "strides", where);
    const std::int64_t window = checked_add(checked_multiply(size - 1, rate, "a patch"), 1, "a patch");
    std::vector<std::pair<std::int64_t, std::int64_t>> room(static_cast<std::size_t>(x.ndim()));
    auto& [before, after] = room[static_cast<std::size_t>(i + 1)];
    if (options.padding.mode() == PaddingMode::same) {
      const std::int64_t length = x.shape().dim(i + 1).value(where),
                         patches = length > 0 ? (length - 1) / stride + 1 : 0;
      const std::int64_t reach = patches > 0 ? checked_add((patches - 1) * stride, window, "a patch's end") : 0;
      const std::int64_t all = std::max<std::int64_t>(reach - length, 0);
      before = all / 2;
      after = all - before;
    } else if (options.padding.mode() == PaddingMode::numbers) {
      const auto& numbers = options.padding.numbers();
      const auto at = static_cast<std::size_t>(i), count = static_cast<std::size_t>(axes);
      if (numbers.size() != count && numbers.size() != count + 2)
        throw ArgumentError(op, "there is not a pair of paddings for each axis", std::to_string(numbers.size()), "",
                            where);
      room[at + 1] = numbers[numbers.size() == count ? at : at + 1];
    }
    if (before != 0 || after != 0) x = pad(x, room);
    x = unfold(x, i + 1, window, stride);
    if (rate > 1) x = slice(x, -1, {0, none, rate});
  }
  return flatten(moveaxis(x, axes + 1, -1), axes + 1, -1);  // (n, patches ..., c, sizes ...), the channels last
}

Tensor space_to_depth(Arg x, std::int64_t block_size, DataFormat data_format) {
  const Called called("space_to_depth");
  const Frame frame(x.where());
  check_block("space_to_depth", x, block_size, data_format, true);
  const bool first = data_format == DataFormat::nchw;
  const Tensor image = first ? moveaxis(x, 1, -1) : x.tensor();
  const Tensor blocks = split_axis(split_axis(image, 2, {unknown, block_size}), 1, {unknown, block_size});
  const Tensor result = flatten(permute(blocks, {0, 1, 3, 2, 4, 5}), 3, -1);  // (n, h, w, b, b, c)
  return first ? moveaxis(result, -1, 1) : result;
}

Tensor depth_to_space(Arg x, std::int64_t block_size, DataFormat data_format) {
  const Called called("depth_to_space");
  const Frame frame(x.where());
  check_block("depth_to_space", x, block_size, data_format, false);
  const bool first = data_format == DataFormat::nchw;
  const Tensor image = first ? moveaxis(x, 1, -1) : x.tensor();
  const Tensor blocks = split_axis(image, 3, {block_size, block_size, unknown});  // (n, h, w, b, b, c)
  const Tensor result = flatten(flatten(permute(blocks, {0, 1, 3, 2, 4, 5}), 3, 4), 1, 2);
  return first ? moveaxis(result, -1, 1) : result;
}

Tensor sobel_edges(Arg images) {
  const Called called("sobel_edges");
  const Frame frame(images.where());
  const Tensor& x = operand("sobel_edges", images);
  if (x.ndim() != 4)
    throw ArgumentError("sobel_edges", "images are not (n, h, w, c)", x.shape().text(), "", images.where());
  const Tensor around = pad(widened(x), {{0, 0}, {1, 1}, {1, 1}, {0, 0}}, "reflect");
  const auto at = [&](const Tensor& image, std::int64_t axis, std::int64_t start) {
    return slice(image, axis, start == 2 ? Slice(2, none) : Slice(start, start - 2));
  };
  // (1, 2, 1) along one axis, (-1, 0, 1) along the other.
  const auto smooth = [&](const Tensor& image, std::int64_t axis) {
    return at(image, axis, 0) + at(image, axis, 1) * 2 + at(image, axis, 2);
  };
  const auto difference = [&](const Tensor& image, std::int64_t axis) {
    return at(image, axis, 2) - at(image, axis, 0);
  };
  return cast(stack({difference(smooth(around, 2), 1), difference(smooth(around, 1), 2)}, -1), x.dtype());
}

Tensor psnr(Arg a, Arg b, double max_val) {
  const Called called("psnr");
  const Frame frame(a.where());
  Hyperparameters("psnr", a.where()).positive("max_val", max_val);
  const auto [x, y] = compared("psnr", a, b);
  return noise_ratio(mean(square(x - y)), max_val);
}
Tensor psnr(Arg a, Arg b, double max_val, const Axes& axes) {
  const Called called("psnr");
  const Frame frame(a.where());
  Hyperparameters("psnr", a.where()).positive("max_val", max_val);
  const auto [x, y] = compared("psnr", a, b);
  return noise_ratio(mean(square(x - y), axes), max_val);
}

Ssim ssim_by_channel(Arg a, Arg b, double max_val, SsimOptions options) {
  const Called called("ssim");
  const Frame frame(a.where());
  const Hyperparameters check("ssim", a.where());
  check.positive("max_val", max_val);
  check.positive("filter_sigma", options.filter_sigma);
  check.not_negative("k1", options.k1);
  check.not_negative("k2", options.k2);
  const std::int64_t size = options.filter_size;
  if (size < 1 || size > (1 << 16))
    throw ArgumentError("ssim", "filter_size is not from 1 to 65536", std::to_string(size), "", a.where());
  const auto [x, y] = compared("ssim", a, b);
  if (x.ndim() != 4) throw ArgumentError("ssim", "images are not (n, h, w, c)", x.shape().text(), "", a.where());
  for (const int axis : {1, 2})
    if (const Dim length = x.shape().dim(axis); length.known() && length.raw() < size)
      throw ArgumentError("ssim", "the images are smaller than the window",
                          x.shape().text() + " for a window of " + std::to_string(size), "", a.where());
  const DeviceScope beside(x.device());
  const Tensor from_center = arange(0, size, 1, x.dtype()) - static_cast<double>(size - 1) / 2;
  const Tensor weights = softmax(square(from_center) * (-0.5 / (options.filter_sigma * options.filter_sigma)));
  // Along one axis after the other, each channel by itself: the axis is the last one of a product.
  const auto smooth = [&](const Tensor& image) {
    const Tensor rows = matmul(unfold(image, 1, size, 1), weights);
    return matmul(unfold(rows, 2, size, 1), weights);
  };
  const double c1 = std::pow(options.k1 * max_val, 2), c2 = std::pow(options.k2 * max_val, 2);
  const Tensor mean_x = smooth(x), mean_y = smooth(y);
  const Tensor product = mean_x * mean_y * 2, squares = square(mean_x) + square(mean_y);
  const Tensor luminance = (product + c1) / (squares + c1);
  const Tensor structure = (smooth(x * y) * 2 - product + c2) / (smooth(square(x) + square(y)) - squares + c2);
  return {mean(luminance * structure, {1, 2}), mean(structure, {1, 2})};
}

}  // namespace triptych
