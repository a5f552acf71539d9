// ContrastLimitedAdaptiveHistogramEqualization.
#include <cmath>

#include "api_keras/preprocessing/random_images.h"
#include "api_keras/saving/configured.h"
#include "triptych/core/ops/gather.h"
#include "triptych/core/ops/take.h"
#include "triptych/keras/layers/preprocessing/colors.h"

namespace triptych::keras {
namespace {

using Options = ContrastLimitedAdaptiveHistogramEqualizationOptions;

/// Rows, or columns, in tiles, and for each which two tables it reads; those of the tiles at the edge stand there
/// twice.
struct Tiles {
  /// Whether no tile lies wholly outside of what is mirrored at the end: then sizes are small, too.
  static bool fit(std::int64_t length, std::int64_t tiles) {
    return length == 0 || (tiles <= 2 * length && size_of(length, tiles) * tiles <= 2 * length);
  }
  static std::int64_t size_of(std::int64_t length, std::int64_t tiles) {
    return length / tiles + (length % tiles != 0 ? 1 : 0);
  }

  Tiles(std::int64_t length, std::int64_t tiles)
      : length(length), tiles(tiles), size(size_of(length, tiles)), room(size * tiles - length) {
    for (std::int64_t i = 0; i < size * tiles; ++i) {
      const auto tile = static_cast<float>(size);
      const float place = (static_cast<float>(i) - tile / 2) / tile + 1, below = std::floor(place);
      first.push_back(static_cast<std::int64_t>(below));
      second.push_back(static_cast<std::int64_t>(below) + 1);
      share.push_back(place - below);
    }
  }

  std::int64_t length, tiles, size, room;
  std::vector<std::int64_t> first, second;
  std::vector<float> share;  // of the second
};

/// `numbers` along `axis` of (n, rows, columns, channels).
template <class T>
Tensor along(const std::vector<T>& numbers, int axis) {
  Shape shape{1, 1, 1, 1};
  shape.set(axis, static_cast<std::int64_t>(numbers.size()));
  return reshape(tensor(numbers), shape);
}

class AdaptiveEqualization : public LayerBase {
 public:
  explicit AdaptiveEqualization(Options options) : options_(std::move(options)) {}
  std::string class_name() const override { return "ContrastLimitedAdaptiveHistogramEqualization"; }

  Tensor call(const Tensor& input, bool) override {
    check_images(*this, input.shape());
    const bool single = input.ndim() == 3, first = options_.data_format == "channels_first";
    Tensor x = single ? unsqueeze(input, 0) : input;
    if (first) x = moveaxis(x, 1, -1);
    const auto [low, high] = options_.value_range;
    const bool bytes = low == 0 && high == 255;
    x = cast(x, float32);
    if (!bytes) x = (x - low) / (high - low) * 255;
    x = equalized(x);
    if (!bytes) x = x / 255 * (high - low) + low;
    x = in_dtype(x, input.dtype());
    if (first) x = moveaxis(x, -1, 1);
    return single ? squeeze(x, 0) : x;
  }

 private:
  static constexpr std::int64_t bins = 256;

  Tensor equalized(const Tensor& x) const {
    const auto [rows, columns] = options_.tile_grid_size;
    if (!Tiles::fit(x.size(1), rows) || !Tiles::fit(x.size(2), columns))
      throw ArgumentError(class_name(), "the image is too small for so many tiles",
                          "layer '" + name() + "' got " + x.shape().text() + ", tile_grid_size is " +
                              std::to_string(rows) + " by " + std::to_string(columns));
    const Tiles down(x.size(1), rows), across(x.size(2), columns);
    const Tensor whole =
        down.room + across.room == 0
            ? x
            : moveaxis(pad(moveaxis(x, -1, 1), {{0, 0}, {0, 0}, {0, down.room}, {0, across.room}}, "symmetric"), 1, -1);
    const Tensor pixels = cast(clip(whole, 0, bins - 1), int64);
    const Tensor tables = tables_of(pixels, down, across);
    const auto values = [&](const std::vector<std::int64_t>& rows, const std::vector<std::int64_t>& columns) {
      return read(tables, pixels, along(rows, 1), along(columns, 2));
    };
    const Tensor right = along(across.share, 2), lower = along(down.share, 1);
    const Tensor above = values(down.first, across.first) * (1 - right) + values(down.first, across.second) * right;
    const Tensor below = values(down.second, across.first) * (1 - right) + values(down.second, across.second) * right;
    return narrow(narrow(above * (1 - lower) + below * lower, 1, 0, down.length), 2, 0, across.length);
  }

  /// What becomes of each of 256 values: (n, tiles down + 2, tiles across + 2, channels, 256).
  Tensor tables_of(const Tensor& pixels, const Tiles& down, const Tiles& across) const {
    const std::int64_t channels = pixels.size(3), count = down.size * across.size;
    const Tensor split = reshape(pixels, {-1, down.tiles, down.size, across.tiles, across.size, channels});
    const Tensor tiles = reshape(permute(split, {0, 1, 3, 5, 2, 4}), {-1, down.tiles, across.tiles, channels, count});
    const Tensor none = cast(zeros_like(first_along(tiles, -1)), float32) + zeros({bins});
    Tensor counts = scatter_add(none, -1, tiles, cast(ones_like(tiles), float32));
    if (options_.clip_limit > 0) {
      const Tensor clipped = clip(counts, 0, options_.clip_limit * static_cast<double>(count) / bins);
      counts = clipped + sum(counts - clipped, -1, true) / bins;
    }
    const Tensor below = cumsum(counts, -1), least = amin(below, -1, true);
    const Tensor rest = static_cast<double>(count) - least;
    Tensor table = clip((below - least) * 255 / where(equal(rest, 0), 1, rest), 0, 255);
    for (const int axis : {1, 2}) {
      const std::int64_t last = table.size(axis) - 1;
      table = concat({narrow(table, axis, 0, 1), table, narrow(table, axis, last, 1)}, axis);
    }
    return table;
  }

  /// For each pixel what its value is in the table of this row and column.
  static Tensor read(const Tensor& tables, const Tensor& pixels, const Tensor& row, const Tensor& column) {
    const std::int64_t channels = tables.size(3), of_column = channels * bins, of_row = tables.size(2) * of_column;
    const Tensor one = first_along(first_along(first_along(pixels, 1), 2), 3);
    const Tensor image = cumsum(ones_like(one), 0) - 1, channel = reshape(arange(channels), {1, 1, 1, -1});
    const Tensor place =
        image * (tables.size(1) * of_row) + row * of_row + column * of_column + channel * bins + pixels;
    return take(flatten(tables, 0, -1), place);
  }

  Options options_;
};

}  // namespace

Layer layers::ContrastLimitedAdaptiveHistogramEqualization(Options options, Location where) {
  constexpr const char* layer = "ContrastLimitedAdaptiveHistogramEqualization";
  check_range(layer, options.value_range, where);
  is_channels_first(options.data_format, layer, where);
  Hyperparameters(layer, where).not_negative("clip_limit", options.clip_limit);
  check_positive(layer, "tile_grid_size", options.tile_grid_size.height, where);
  check_positive(layer, "tile_grid_size", options.tile_grid_size.width, where);
  return configured(with_options(plain_brick<AdaptiveEqualization>(options.name, where, options), options, where),
                    options);
}

}  // namespace triptych::keras
