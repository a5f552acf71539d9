#include "triptych/keras/utils/images.h"

#include <algorithm>

#include "api_keras/layers/brick.h"
#include "api_keras/names.h"
#include "api_keras/utils/image_parts.h"
#include "core/formats/picture.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/resize.h"

namespace triptych::keras {

std::int64_t channels_of(const std::string& color_mode, FileContext context) {
  if (color_mode == "grayscale") return 1;
  if (color_mode == "rgb") return 3;
  if (color_mode == "rgba") return 4;
  no_such("color_mode", color_mode, {"grayscale", "rgb", "rgba"}, context.where);
}

Tensor middle_of(const Tensor& image, Size2 size) {
  // Rounded as keras.preprocessing.image.smart_resize does.
  const auto part = [](std::int64_t length, std::int64_t other, std::int64_t wanted, std::int64_t other_wanted) {
    return std::clamp<std::int64_t>(
        static_cast<std::int64_t>(static_cast<double>(other * wanted) / static_cast<double>(other_wanted)), 1, length);
  };
  const std::int64_t height = image.size(0), width = image.size(1), rows = part(height, width, size.height, size.width),
                     columns = part(width, height, size.width, size.height);
  return narrow(narrow(image, 0, (height - rows) / 2, rows), 1, (width - columns) / 2, columns);
}

namespace {

/// Of numbers, the smallest of which becomes 0 and the largest 255 if it is scaled.
Tensor picture_of(const Tensor& x, const SaveImgOptions& options, const char* op, Location where) {
  const GradMode off(false);
  const bool first = is_channels_first(options.data_format, op, where);
  const TensorMeta& meta = x.meta(where);
  if (x.is_symbolic() || meta.shape.rank() != 3 || x.numel() == 0)
    throw ArgumentError(op, "there is no picture", meta.shape.text(), "It is (height, width, channels)", where);
  Tensor image = cast(first ? permute(x, {1, 2, 0}) : x, float32);
  if (image.size(2) != 1 && image.size(2) != 3 && image.size(2) != 4)
    throw ArgumentError(op, "the picture has neither 1 nor 3 nor 4 channels", x.shape().text(), "", where);
  if (options.scale) {
    image = image - min(image);
    if (const float largest = max(image).item<float>(); largest != 0) image = image / largest;
    image = image * 255;
  }
  return cast(clip(image, 0, 255), uint8);
}

}  // namespace

namespace utils {

Tensor load_img(const OwnedText& path, LoadImgOptions options, Location where) {
  const Frame frame(where);
  const GradMode off(false);
  const FileContext context{"load_img", where};
  const std::int64_t channels = channels_of(options.color_mode, context);
  if (options.target_size && (options.target_size->height < 1 || options.target_size->width < 1))
    throw ArgumentError(
        context.op, "target_size is not positive",
        "(" + std::to_string(options.target_size->height) + ", " + std::to_string(options.target_size->width) + ")", "",
        where);
  const std::vector<std::string> known{"nearest", "bilinear", "bicubic", "lanczos"};
  if (std::find(known.begin(), known.end(), options.interpolation) == known.end())
    no_such("interpolation", options.interpolation, known, where);
  const std::string bytes = bytes_of_file(path, context);
  const Tensor image = decode_picture({bytes, "'" + path + "'", context}, channels);
  if (!options.target_size || *options.target_size == Size2{image.size(0), image.size(1)}) return image;
  const Tensor part = options.keep_aspect_ratio ? middle_of(image, *options.target_size) : image;
  const std::string method = options.interpolation == "lanczos" ? "lanczos3" : options.interpolation;
  const Tensor resized =
      resize_images(part, options.target_size->height, options.target_size->width, method, method != "nearest");
  return resized.dtype() == uint8 ? resized : cast(clip(floor(resized + 0.5), 0, 255), uint8);
}

Tensor img_to_array(const Tensor& img, Text data_format, DType dtype, Location where) {
  const Frame frame(where);
  const bool first = is_channels_first(std::string(data_format), "img_to_array", where);
  const Tensor x = cast(img.ndim() == 2 ? unsqueeze(img, -1) : img, dtype);
  if (x.ndim() != 3)
    throw ArgumentError("img_to_array", "there is no picture", img.shape().text(), "It is (height, width, channels)",
                        where);
  return first ? contiguous(permute(x, {2, 0, 1})) : x;
}

Tensor array_to_img(const Tensor& x, SaveImgOptions options, Location where) {
  const Frame frame(where);
  return picture_of(x, options, "array_to_img", where);
}

void save_img(const OwnedText& path, const Tensor& x, SaveImgOptions options, Location where) {
  const Frame frame(where);
  const FileContext context{"save_img", where};
  if (!path.ends_with(".png"))
    throw ArgumentError(context.op, "the file's name does not end in '.png'", "'" + path + "'",
                        "PNG is the format that is written", where);
  const Tensor image = picture_of(x, options, "save_img", where);
  write_png(path, {image.size(0), image.size(1), image.size(2), image.to_vector<std::uint8_t>()}, context);
}

}  // namespace utils
}  // namespace triptych::keras
