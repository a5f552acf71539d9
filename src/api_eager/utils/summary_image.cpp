#include "api_eager/utils/summary_image.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "core/support/checked.h"

namespace triptych::eager::utils::tensorboard {
namespace {

/// A tensor's dimensions as those of images, 1 where the tensor has none.
struct Images {
  std::array<std::int64_t, 4> sizes = {1, 1, 1, 1}, steps = {0, 0, 0, 0};  // of N, C, H, W
  std::vector<double> values;
  double scale = 255;

  std::uint8_t at(std::int64_t n, std::int64_t c, std::int64_t y, std::int64_t x) const {
    const auto place = static_cast<std::size_t>(n * steps[0] + c * steps[1] + y * steps[2] + x * steps[3]);
    const auto value = static_cast<float>(values[place]) * static_cast<float>(scale);
    return value > 0 ? static_cast<std::uint8_t>(std::min(value, 255.0F)) : std::uint8_t{0};  // NaN is 0
  }
};

Images read(const Tensor& tensor, std::string_view dataformats, FileContext context) {
  const auto refuse = [&](const char* wrong, const char* hint = "") {
    throw ArgumentError(context.op, wrong,
                        "'" + std::string(dataformats) + "' for shape " + tensor.shape(context.where).text(), hint,
                        context.where);
  };
  Images images;
  if (static_cast<int>(dataformats.size()) != tensor.ndim(context.where))
    refuse("dataformats has not a letter for each dimension");
  std::int64_t step = 1;
  std::string seen;
  for (std::size_t i = dataformats.size(); i-- > 0;) {
    const auto letter = static_cast<char>(std::toupper(static_cast<unsigned char>(dataformats[i])));
    const std::size_t dimension = std::string_view("NCHW").find(letter);
    if (dimension == std::string_view::npos || seen.find(letter) != std::string::npos)
      refuse("dataformats has another letter, or one twice", "Its letters are N, C, H and W");
    seen += letter;
    images.sizes[dimension] = tensor.size(static_cast<int>(i), context.where);
    images.steps[dimension] = step;
    step *= images.sizes[dimension];
  }
  if (seen.find('H') == std::string::npos || seen.find('W') == std::string::npos || seen.size() < 2 ||
      (seen.size() == 3 && seen.find('N') != std::string::npos))
    refuse("dataformats lacks a letter", "It is 'HW', 'CHW' or 'NCHW', in any order");
  if (step == 0) refuse("the image has no pixel");
  const std::int64_t channels = images.sizes[1];
  if (channels != 1 && channels != 3 && (channels != 4 || seen.size() == 4))
    refuse("an image has not 1 or 3 channels, nor is it a single one with 4");
  images.values = tensor.to_vector<double>(context.where);
  if (tensor.dtype() == uint8) images.scale = 1;
  return images;
}

}  // namespace

Raster picture(const Tensor& tensor, std::string_view dataformats, FileContext context) {
  const Images images = read(tensor, dataformats, context);
  const auto [count, depth, height, width] = images.sizes;
  const std::int64_t columns = std::min<std::int64_t>(count, 8), rows = (count + columns - 1) / columns;
  Raster raster{checked_multiply(rows, height, "the picture's height", context.where),
                columns * width,
                std::max<std::int64_t>(depth, 3),
                {}};
  raster.pixels.resize(static_cast<std::size_t>(raster.height * raster.width * raster.channels));
  for (std::int64_t n = 0; n < count; ++n)
    for (std::int64_t y = 0; y < height; ++y) {
      const std::int64_t row = n / columns * height + y, first = row * raster.width + n % columns * width;
      std::uint8_t* pixel = raster.pixels.data() + first * raster.channels;
      for (std::int64_t x = 0; x < width; ++x)
        for (std::int64_t c = 0; c < raster.channels; ++c) *pixel++ = images.at(n, depth == 1 ? 0 : c, y, x);
    }
  return raster;
}

}  // namespace triptych::eager::utils::tensorboard
