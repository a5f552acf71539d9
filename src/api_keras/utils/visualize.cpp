#include "triptych/keras/utils/visualize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "api_keras/access.h"
#include "core/formats/png.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

using Colour = std::array<std::uint8_t, 3>;

/// Images of one size, in rows from the top.
struct Grid {
  std::int64_t rows, columns, height, width;
  std::vector<Colour> pixels;  // of one image after the other

  const Colour& at(std::int64_t image, std::int64_t y, std::int64_t x) const {
    return pixels[static_cast<std::size_t>((image * height + y) * width + x)];
  }
};

void check(const char* op, const VisualizeOptions& options, Location where) {
  if (options.scale < 1) throw ArgumentError(op, "scale is below 1", std::to_string(options.scale), "", where);
  if (options.padding < 0) throw ArgumentError(op, "padding is negative", std::to_string(options.padding), "", where);
}

void write(const Grid& grid, std::int64_t images, const VisualizeOptions& options, const std::string& path,
           FileContext context) {
  constexpr std::int64_t longest = 1 << 15;
  const auto side = [&](std::int64_t count, std::int64_t length) {
    // What overflows is far too long as well.
    const double pixels =
        static_cast<double>(count) *
            (static_cast<double>(length) * static_cast<double>(options.scale) + static_cast<double>(options.padding)) +
        static_cast<double>(options.padding);
    if (pixels > static_cast<double>(longest))
      throw UnsupportedError(context.op, "the picture is too large",
                             std::to_string(count) + " images of " + std::to_string(length) + " numbers",
                             "Give it a smaller scale, or a part of the numbers", context.where);
    return static_cast<std::int64_t>(pixels);
  };
  Raster raster{side(grid.rows, grid.height), side(grid.columns, grid.width), 3, {}};
  const auto width = static_cast<std::size_t>(raster.width);
  raster.pixels.assign(static_cast<std::size_t>(raster.height) * width * 3, 255);
  for (std::int64_t image = 0; image < images; ++image) {
    const std::int64_t top = image / grid.columns * (grid.height * options.scale + options.padding) + options.padding,
                       left = image % grid.columns * (grid.width * options.scale + options.padding) + options.padding;
    for (std::int64_t y = 0; y < grid.height * options.scale; ++y)
      for (std::int64_t x = 0; x < grid.width * options.scale; ++x) {
        const Colour& colour = grid.at(image, y / options.scale, x / options.scale);
        std::copy(colour.begin(), colour.end(),
                  raster.pixels.begin() +
                      static_cast<std::ptrdiff_t>(
                          (static_cast<std::size_t>(top + y) * width + static_cast<std::size_t>(left + x)) * 3));
      }
  }
  write_png(path, raster, context);
}

/// Rows and columns for so many images, about as many of each.
void near_square(Grid& grid, std::int64_t images) {
  grid.columns = static_cast<std::int64_t>(std::ceil(std::sqrt(static_cast<double>(images))));
  grid.rows = (images + grid.columns - 1) / grid.columns;
}

/// Numbers of one image, `channels` for each pixel, from the least, 0, to the greatest, 255.
void add_image(Grid& grid, std::span<const float> numbers, std::size_t channels) {
  const auto [low, high] = std::minmax_element(numbers.begin(), numbers.end());
  for (std::size_t i = 0; i < numbers.size(); i += channels) {
    Colour colour{};
    for (std::size_t c = 0; c < 3; ++c) {
      const float number = numbers[i + (channels == 3 ? c : 0)];
      const float share = *high > *low ? (number - *low) / (*high - *low) : 0.5F;
      colour[c] = static_cast<std::uint8_t>(std::lround(255 * (std::isfinite(share) ? share : 0.5F)));
    }
    grid.pixels.push_back(colour);
  }
}

}  // namespace

void visualize::filters(const Layer& layer, const OwnedText& to_file, const VisualizeOptions& options, Location where) {
  const Frame frame(where);
  const FileContext context{"filters", where};
  check("filters", options, where);
  LayerBase& base = layer.base(where);
  Tensor kernel;
  for (const Weight& weight : base.weights())
    if (!kernel.defined() && weight.name.ends_with("kernel")) kernel = weight.value;
  if (!kernel.defined() || (kernel.ndim() != 3 && kernel.ndim() != 4))
    throw ArgumentError("filters", "the layer has no kernel of one or two dimensions",
                        "layer '" + base.name() + "' of class " + base.class_name() +
                            (kernel.defined() ? ", kernel " + kernel.shape().text() : ""),
                        "Give it a convolution that is built", where);
  const RunNow now;
  Tensor numbers = cast(kernel.detach(), float32);
  // One image after the other: of two dimensions (filters, channels, h, w), or in colour (filters, h, w, 3); of one
  // dimension (filters, channels, w).
  const bool flat = kernel.ndim() == 3, coloured = !flat && kernel.size(2) == 3;
  numbers =
      contiguous(flat ? permute(numbers, {2, 1, 0}) : permute(numbers, coloured ? Axes{3, 0, 1, 2} : Axes{3, 2, 0, 1}));
  Grid grid{0, 0, kernel.size(flat ? 1 : 0), kernel.size(flat ? 0 : 1), {}};
  const std::int64_t images = kernel.size(-1) * (flat || coloured ? 1 : kernel.size(2));
  if (flat || coloured || kernel.size(2) == 1)
    near_square(grid, images);
  else
    grid.rows = kernel.size(3), grid.columns = kernel.size(2);
  const std::vector<float> values = numbers.to_vector<float>();
  const std::size_t each = values.size() / static_cast<std::size_t>(images);
  for (std::size_t i = 0; i < values.size(); i += each)
    add_image(grid, std::span(values).subspan(i, each), coloured ? 3 : 1);
  write(grid, images, options, to_file, context);
}

void visualize::attention(const Tensor& scores, const OwnedText& to_file, const VisualizeOptions& options,
                          Location where) {
  const Frame frame(where);
  const FileContext context{"attention", where};
  check("attention", options, where);
  if (!scores.defined() || scores.is_symbolic())
    throw ArgumentError("attention", "the weights have no values", scores.defined() ? "a symbolic tensor" : "undefined",
                        "", where);
  const int axes = scores.ndim();
  if (axes < 2 || axes > 4 || scores.numel() == 0)
    throw ArgumentError("attention", "the weights are not of queries and keys", "shape " + scores.shape().text(),
                        "Give (queries, keys), (heads, queries, keys) or (n, heads, queries, keys)", where);
  Grid grid{axes == 4 ? scores.size(0) : 1,
            axes == 2 ? 1 : scores.size(axes - 3),
            scores.size(axes - 2),
            scores.size(axes - 1),
            {}};
  const RunNow now;
  const std::vector<float> values = cast(scores.detach(), float32).to_vector<float>();
  float greatest = 0;
  for (const float value : values)
    if (std::isfinite(value)) greatest = std::max(greatest, value);
  constexpr Colour dark{8, 48, 107}, red{255, 0, 0};
  for (const float value : values) {
    Colour colour = red;
    if (std::isfinite(value)) {
      const float share = greatest > 0 ? std::max(value, 0.0F) / greatest : 0;
      for (std::size_t c = 0; c < 3; ++c)
        colour[c] = static_cast<std::uint8_t>(std::lround(255 + share * (static_cast<float>(dark[c]) - 255)));
    }
    grid.pixels.push_back(colour);
  }
  write(grid, grid.rows * grid.columns, options, to_file, context);
}

}  // namespace triptych::keras
