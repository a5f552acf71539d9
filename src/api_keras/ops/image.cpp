// keras.ops.image: sizes, colours, parts. Places that are read are in image_places.cpp.
#include "triptych/keras/ops/image.h"

#include <algorithm>
#include <string>
#include <utility>

#include "api_keras/models/operation.h"
#include "api_keras/models/operation_json.h"

namespace triptych::keras::ops::image {
namespace {

using Tensors = std::vector<Tensor>;

/// Images with their channels last, and back.
struct Layout {
  bool first;
  int rank;
  Layout(const char* op, const Arg& images, const Text& data_format)
      : first(data_format_of(data_format, images.where()) == DataFormat::nchw),
        rank(images.tensor().ndim(images.where())) {
    if (rank != 3 && rank != 4)
      throw ArgumentError(op, "images have neither three nor four dimensions", images.tensor().shape().text(), "",
                          images.where());
  }
  Tensor to_last(const Tensor& x) const { return first ? moveaxis(x, rank - 3, -1) : x; }
  Tensor from_last(const Tensor& x) const { return first ? moveaxis(x, -1, rank - 3) : x; }
  /// The axes of height and channels.
  int height() const { return first ? rank - 2 : rank - 3; }
  int channels() const { return first ? rank - 3 : rank - 1; }
};

Text text_of(const OwnedText& text) { return std::string_view(text); }

/// Of what lies before, inside and behind, one is found from the others and the whole.
std::int64_t before_of(const char* op, std::int64_t whole, std::optional<std::int64_t> before,
                       std::optional<std::int64_t> inside, std::optional<std::int64_t> behind, Location where) {
  const int given = before.has_value() + inside.has_value() + behind.has_value();
  if (given != 2)
    throw ArgumentError(op, "not two of the three numbers of an axis are given", std::to_string(given) + " are",
                        "Those of both sides, or of one and the target", where);
  return before ? *before : whole - *inside - *behind;
}

Tensor resized(const Arg& images, Size2 size, const ResizeOptions& options) {
  const Layout layout("resize", images, text_of(options.data_format));
  Tensor x = layout.to_last(images.tensor());
  if (size.height < 1 || size.width < 1)
    throw ArgumentError("resize", "a size is not positive",
                        std::to_string(size.height) + " and " + std::to_string(size.width), "", images.where());
  if (options.crop_to_aspect_ratio && options.pad_to_aspect_ratio)
    throw ArgumentError("resize", "images are both cut and padded", "crop_to_aspect_ratio and pad_to_aspect_ratio", "",
                        images.where());
  if (options.fill_mode != "constant")
    throw ArgumentError("resize", "there is no such fill_mode", "'" + options.fill_mode + "'", "Use 'constant'",
                        images.where());
  if (options.crop_to_aspect_ratio || options.pad_to_aspect_ratio) {
    const std::int64_t height = x.size(-3, images.where()), width = x.size(-2, images.where());
    const auto scaled = [](std::int64_t length, std::int64_t by, std::int64_t of) {
      return Scalar(static_cast<double>(length) * static_cast<double>(by) / static_cast<double>(of)).to_int();
    };
    const std::int64_t rows = scaled(width, size.height, size.width), columns = scaled(height, size.width, size.height);
    if (options.crop_to_aspect_ratio) {
      const std::int64_t h = std::clamp<std::int64_t>(rows, 1, height), w = std::clamp<std::int64_t>(columns, 1, width);
      x = narrow(narrow(x, -3, (height - h) / 2, h), -2, (width - w) / 2, w);
    } else {
      const std::int64_t above = (std::max(rows, height) - height) / 2, left = (std::max(columns, width) - width) / 2;
      std::vector<std::pair<std::int64_t, std::int64_t>> room(static_cast<std::size_t>(x.ndim()));
      room[room.size() - 3] = {above, above};
      room[room.size() - 2] = {left, left};
      x = triptych::pad(x, room, options.fill_value);
    }
  }
  return layout.from_last(resize_images(Arg(x, images.where()), size.height, size.width, text_of(options.interpolation),
                                        options.antialias));
}

}  // namespace

Tensor resize(const Arg& images, Size2 size, const ResizeOptions& options) {
  const Location where = images.where();
  return apply(
      {"image",
       "Resize",
       {{"size", numbers(size)},
        {"interpolation", options.interpolation},
        {"antialias", options.antialias},
        {"crop_to_aspect_ratio", options.crop_to_aspect_ratio},
        {"pad_to_aspect_ratio", options.pad_to_aspect_ratio},
        {"fill_mode", options.fill_mode},
        {"fill_value", options.fill_value},
        {"data_format", options.data_format}}},
      {images.tensor()}, [=](const Tensors& t) { return Tensors{resized(Arg(t[0], where), size, options)}; }, where)[0];
}

Tensor rgb_to_grayscale(const Arg& images, Text data_format) {
  return triptych::rgb_to_grayscale(images, Layout("rgb_to_grayscale", images, data_format).channels());
}
Tensor rgb_to_hsv(const Arg& images, Text data_format) {
  return triptych::rgb_to_hsv(images, Layout("rgb_to_hsv", images, data_format).channels());
}
Tensor hsv_to_rgb(const Arg& images, Text data_format) {
  return triptych::hsv_to_rgb(images, Layout("hsv_to_rgb", images, data_format).channels());
}

Tensor crop_images(const Arg& images, const CropOptions& options) {
  const char* op = "crop_images";
  const Location where = images.where();
  const Frame frame(where);
  const int height = Layout(op, images, text_of(options.data_format)).height();
  Tensor x = images.tensor();
  const auto cut = [&](int axis, std::optional<std::int64_t> before, std::optional<std::int64_t> inside,
                       std::optional<std::int64_t> behind) {
    const std::int64_t whole = x.size(axis, where), start = before_of(op, whole, before, inside, behind, where);
    const std::int64_t length = inside ? *inside : whole - start - *behind;
    if (start < 0 || length < 0 || start > whole || length > whole - start)
      throw ArgumentError(op, "the part does not lie in the images",
                          std::to_string(start) + " and " + std::to_string(length) + " of " + std::to_string(whole), "",
                          where);
    x = narrow(x, axis, start, length);
  };
  cut(height, options.top_cropping, options.target_height, options.bottom_cropping);
  cut(height + 1, options.left_cropping, options.target_width, options.right_cropping);
  return x;
}

Tensor pad_images(const Arg& images, const PadOptions& options) {
  const char* op = "pad_images";
  const Location where = images.where();
  const Frame frame(where);
  const int height = Layout(op, images, text_of(options.data_format)).height();
  const Tensor& x = images.tensor();
  std::vector<std::pair<std::int64_t, std::int64_t>> room(static_cast<std::size_t>(x.ndim()));
  const auto widen = [&](int axis, std::optional<std::int64_t> before, std::optional<std::int64_t> target,
                         std::optional<std::int64_t> behind) {
    const std::int64_t length = x.size(axis, where);
    const std::optional<std::int64_t> rest = target ? std::optional(*target - length) : std::nullopt;
    // Of the two sides and their sum one is found from the others.
    const int given = before.has_value() + rest.has_value() + behind.has_value();
    if (given != 2)
      throw ArgumentError(op, "not two of the three numbers of an axis are given", std::to_string(given) + " are",
                          "Those of both sides, or of one and the target", where);
    const std::int64_t start = before ? *before : rest.value_or(0) - *behind,
                       end = behind ? *behind : rest.value_or(0) - start;
    if (start < 0 || end < 0)
      throw ArgumentError(op, "a padding is negative", std::to_string(start) + " and " + std::to_string(end), "",
                          where);
    room[static_cast<std::size_t>(axis)] = {start, end};
  };
  widen(height, options.top_padding, options.target_height, options.bottom_padding);
  widen(height + 1, options.left_padding, options.target_width, options.right_padding);
  return triptych::pad(images, room);
}

namespace {

Tensor patches_of(const char* op, const Arg& images, int axes, const Axes& size, const ExtractPatchesOptions& options,
                  bool first) {
  Tensor x = images.tensor();
  const bool single = x.ndim(images.where()) == axes + 1;
  if (!single && x.ndim() != axes + 2)
    throw ArgumentError(op, "the images have the wrong number of dimensions", x.shape().text(), "", images.where());
  if (single) x = unsqueeze(x, 0);
  if (first) x = moveaxis(x, 1, -1);
  Tensor patches = triptych::extract_patches(Arg(x, images.where()), size, options);
  if (first) patches = moveaxis(patches, -1, 1);
  return single ? squeeze(patches, 0) : patches;
}

/// One step of a functional model, unless the padding is a number, which Keras does not have.
Tensor patches(const char* op, const Arg& images, int axes, const Axes& size, const Axes& strides,
               const Axes& dilation_rate, const WindowPadding& padding, const Text& data_format) {
  const Location where = images.where();
  const Frame frame(where);
  const bool first = data_format_of(data_format, where) == DataFormat::nchw;
  const ExtractPatchesOptions options{.strides = strides, .rates = dilation_rate, .padding = padding};
  const auto run = [=](const Tensors& t) {
    return Tensors{patches_of(op, Arg(t[0], where), axes, size, options, first)};
  };
  if (padding.mode() == PaddingMode::numbers) return run({images.tensor()})[0];
  return apply({"image",
                "ExtractPatches",
                {{"size", numbers(size)},
                 {"strides", strides.empty() ? Json() : numbers(strides)},
                 {"dilation_rate", numbers(dilation_rate)},
                 {"padding", padding_word(padding)},
                 {"data_format", std::string_view(data_format)}}},
               {images.tensor()}, run, where)[0];
}

}  // namespace

Tensor extract_patches(const Arg& images, const Axes& size, const Axes& strides, const Axes& dilation_rate,
                       const WindowPadding& padding, Text data_format) {
  return patches("extract_patches", images, size.size() == 3 ? 3 : 2, size, strides, dilation_rate, padding,
                 data_format);
}
Tensor extract_patches_3d(const Arg& volumes, const Axes& size, const Axes& strides, const Axes& dilation_rate,
                          const WindowPadding& padding, Text data_format) {
  return patches("extract_patches_3d", volumes, 3, size, strides, dilation_rate, padding, data_format);
}

Tensor sobel_edges(const Arg& images, Text data_format) {
  const Frame frame(images.where());
  if (data_format_of(data_format, images.where()) == DataFormat::nhwc) return triptych::sobel_edges(images);
  return moveaxis(triptych::sobel_edges(moveaxis(images, 1, -1)), 3, 1);
}

Tensor ssim(const Arg& image1, const Arg& image2, double max_val, std::int64_t filter_size, double filter_sigma,
            double k1, double k2, Text data_format) {
  const Location where = image1.where();
  const Frame frame(where);
  const Layout layout("ssim", image1, data_format);
  const auto likeness = [=](const Tensors& images) {
    const auto batch = [&](const Tensor& image) {
      const Tensor last = layout.to_last(image);
      return layout.rank == 3 ? unsqueeze(last, 0) : last;
    };
    const SsimOptions options{filter_size, filter_sigma, k1, k2};
    const Tensor mean =
        triptych::mean(ssim_by_channel(batch(images[0]), batch(images[1]), max_val, options).similarity, -1);
    return Tensors{layout.rank == 3 ? squeeze(mean, 0) : mean};
  };
  return apply({"image",
                "SSIM",
                {{"max_val", max_val},
                 {"filter_size", filter_size},
                 {"filter_sigma", filter_sigma},
                 {"k1", k1},
                 {"k2", k2},
                 {"data_format", std::string_view(data_format)}}},
               {image1.tensor(), image2.tensor()}, likeness, where)[0];
}

Tensor scale_and_translate(const Arg& images, const Shape& output_shape, const std::vector<double>& scale,
                           const std::vector<double>& translation, const Axes& spatial_dims, const OwnedText& method,
                           bool antialias) {
  return triptych::scale_and_translate(images, output_shape, scale, translation, spatial_dims,
                                       {.method = method, .antialias = antialias});
}

}  // namespace triptych::keras::ops::image
