#include "core/data/images.h"

#include <array>

namespace triptych::data {

bool channels_last(const ImageOptions& options, FileContext context) {
  if (options.data_format == "channels_last") return true;
  if (options.data_format == "channels_first") return false;
  throw ArgumentError(context.op, "there is no such data_format", "'" + options.data_format + "'",
                      "It is 'channels_first' or 'channels_last'", context.where);
}

Shape with_channel(std::int64_t count, const Shape& images, bool channels_last) {
  return channels_last ? Shape{count, images[1], images[2], 1} : Shape{count, 1, images[1], images[2]};
}

void to_floats(const std::uint8_t* pixels, std::size_t count, float* floats) {
  static const std::array<float, 256> table = [] {
    std::array<float, 256> values{};
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) / 255.0f;
    return values;
  }();
  for (std::size_t i = 0; i < count; ++i) floats[i] = table[pixels[i]];
}

void check_images_and_labels(const IdxReader& images, const IdxReader& labels) {
  const auto check = [](const IdxReader& file, int rank, const char* expected) {
    if (file.dtype() != uint8 || file.shape().rank() != rank)
      file.fail("it holds " + std::string(dtype_name(file.dtype())) + " of shape " + file.shape().text() +
                ", expected " + expected);
  };
  check(images, 3, "uint8 images (n, height, width)");
  check(labels, 1, "uint8 labels (n)");
  if (labels.shape()[0] != images.shape()[0])
    labels.fail("it has " + std::to_string(labels.shape()[0]) + " labels, expected one for each of the " +
                std::to_string(images.shape()[0]) + " images in '" + images.path() + "'");
}

}  // namespace triptych::data
