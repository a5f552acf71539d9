// grid_sample and affine_grid, made of simpler ops: every place is a sum over the pixels around it, gathered and
// weighted.
#include <array>
#include <cmath>
#include <utility>

#include "core/ops/ops.h"
#include "core/ops/shape/split_axis.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/image.h"

namespace triptych {
namespace {

enum class Outside { zeros, border, reflection };

/// A pixel that a place is made of, along one axis.
struct Tap {
  Tensor place;  // floating whole numbers
  Tensor weight;
};

/// One axis of the images.
struct SampledAxis {
  double pixel_count;
  Outside outside;
  bool align_corners;

  /// From -1 ... 1 to pixels.
  Tensor pixels(const Tensor& grid) const {
    return align_corners ? (grid + 1) * ((pixel_count - 1) / 2) : ((grid + 1) * pixel_count - 1) * 0.5;
  }
  /// A place outside brought in, as `outside` says.
  Tensor inside(const Tensor& place) const {
    if (outside == Outside::zeros) return place;
    return clip(outside == Outside::reflection ? reflected(place) : place, 0, pixel_count - 1);
  }
  /// What a pixel outside counts.
  Tensor counts(const Tensor& place) const {
    return logical_and(greater_equal(place, 0), less_equal(place, pixel_count - 1));
  }
  Tensor index(const Tensor& place) const { return cast(clip(place, 0, pixel_count - 1), int64); }

 private:
  Tensor reflected(const Tensor& place) const {
    const double low = align_corners ? 0 : -0.5, span = align_corners ? pixel_count - 1 : pixel_count;
    if (span == 0) return place * 0;
    const Tensor distance = abs(place - low), turns = floor(distance / span).detach();
    const Tensor beyond = distance - turns * span, odd = remainder(turns, 2);
    return where(equal(odd, 0), beyond + low, span + low - beyond);
  }
};

/// A place that is no number lies before the first pixel.
Tensor numbers(const Tensor& place) { return where(isnan(place), full_like(place, -100), place); }
/// Infinite ones, too, where nothing brought them in.
Tensor finite(const Tensor& place) { return where(isfinite(place), place, full_like(place, -100)); }

/// Keys's kernel, a = -0.75, at 1 + t, t, 1 - t and 2 - t.
std::array<Tensor, 4> cubic_weights(const Tensor& t) {
  constexpr double a = -0.75;
  const auto near = [](const Tensor& x) { return ((a + 2) * x - (a + 3)) * x * x + 1; };
  const auto far = [](const Tensor& x) { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a; };
  return {far(t + 1), near(t), near(1 - t), far(2 - t)};
}

std::vector<Tap> taps_of(const SampledAxis& axis, const Tensor& grid, const std::string& mode) {
  const Tensor given = axis.pixels(grid);
  if (mode == "bicubic") {  // pixels are brought in, not the place
    const Tensor at = finite(given), base = floor(at).detach();
    const auto weights = cubic_weights(at - base);
    std::vector<Tap> taps;
    for (int i = 0; i < 4; ++i) taps.push_back({axis.inside(base + (i - 1)), weights[static_cast<std::size_t>(i)]});
    return taps;
  }
  const Tensor at = finite(axis.inside(numbers(given)));
  if (mode == "nearest") {  // its gradient is zero, but exists
    const Tensor place = round(at);
    return {{place.detach(), place - place.detach() + 1}};
  }
  const Tensor base = floor(at).detach(), t = at - base;
  return {{base, 1 - t}, {base + 1, t}};
}

/// (n, ...) as (n, 1, places).
Tensor as_rows(const Tensor& x) { return unsqueeze(flatten(x, 1), 1); }

class Sampler {
 public:
  Sampler(const Tensor& x, const std::string& mode, Outside outside, bool align_corners)
      : rows_(flatten(x, 2)), mode_(mode), spatial_(x.ndim() - 2), channels_(x.shape().dim(1).raw()) {
    for (int i = 0; i < spatial_; ++i) axes_.push_back({static_cast<double>(x.shape()[2 + i]), outside, align_corners});
  }

  /// (n, c, places), for a grid (n, ..., axes).
  Tensor sample(const Tensor& grid) {
    for (int i = 0; i < spatial_; ++i)
      taps_.push_back(taps_of(axes_[static_cast<std::size_t>(i)], select(grid, -1, spatial_ - 1 - i), mode_));
    add(0, {}, {}, {});
    return sum_;
  }

 private:
  /// Adds all combinations of taps along the axes from `axis` on.
  void add(int axis, const Tensor& index, const Tensor& weight, const Tensor& counts) {
    if (axis == spatial_) return add_pixel(index, weight, counts);
    const SampledAxis& along = axes_[static_cast<std::size_t>(axis)];
    for (const Tap& tap : taps_[static_cast<std::size_t>(axis)]) {
      const Tensor place = along.index(tap.place), in = along.counts(tap.place);
      add(axis + 1, index.defined() ? index * static_cast<std::int64_t>(along.pixel_count) + place : place,
          weight.defined() ? weight * tap.weight : tap.weight, counts.defined() ? logical_and(counts, in) : in);
    }
  }
  void add_pixel(const Tensor& index, const Tensor& weight, const Tensor& counts) {
    Tensor value = gather(rows_, 2, expand(as_rows(index), {unknown, channels_, unknown}));
    value = where(as_rows(counts), value, zeros_like(value));
    value = value * as_rows(weight);
    sum_ = sum_.defined() ? sum_ + value : value;
  }

  Tensor rows_, sum_;
  const std::string& mode_;
  int spatial_;
  std::int64_t channels_;
  std::vector<SampledAxis> axes_;
  std::vector<std::vector<Tap>> taps_;
};

Outside outside_of(const std::string& mode, Location where) {
  if (mode == "zeros") return Outside::zeros;
  if (mode == "border") return Outside::border;
  if (mode == "reflection") return Outside::reflection;
  throw ArgumentError("grid_sample", "there is no such padding_mode", "\"" + mode + "\"",
                      "It is zeros, border or reflection", where);
}

void check_operands(const Arg& x, const Arg& grid, const std::string& mode) {
  const Tensor &image = operand("grid_sample", x), &places = operand("grid_sample", grid);
  const std::string given = "x is " + std::string(dtype_name(image.dtype())) + " " + image.shape().text() +
                            ", the grid is " + std::string(dtype_name(places.dtype())) + " " + places.shape().text();
  const auto fail = [&](const char* rule, const char* hint = "") {
    throw ArgumentError("grid_sample", rule, given, hint, x.where());
  };
  const int rank = image.ndim();
  if (rank != 4 && rank != 5) fail("x has neither four nor five dimensions");
  if (places.ndim() != rank || conflict(places.shape().dim(-1), rank - 2) ||
      conflict(places.shape().dim(0), image.shape().dim(0)))
    fail("the grid does not have a place for each pixel of images of x's batch");
  if (!is_floating(image.dtype()) || image.dtype() != places.dtype())
    fail("x and grid are not of one floating dtype", "Convert with cast");
  if (mode != "bilinear" && mode != "nearest" && mode != "bicubic")
    throw ArgumentError("grid_sample", "there is no such mode", "\"" + mode + "\"",
                        "It is bilinear, nearest or bicubic", x.where());
  if (mode == "bicubic" && rank == 5) fail("bicubic is given for volumes");
  for (int i = 1; i < rank; ++i) {
    const Dim length = image.shape().dim(i);
    if (!length.known()) fail("a size of x is not known");
    if (i > 1 && length.raw() == 0) fail("x has no pixels");
  }
}

/// Places from -1 to 1 along an axis of so many pixels, float64.
Tensor places_along(std::int64_t count, bool align_corners, Location where) {
  if (align_corners) return count > 1 ? linspace(-1, 1, count, float64, where) : zeros({count}, float64, where);
  const Tensor number = arange(0, count, 1, float64, where);
  return (number * 2 + 1) / static_cast<double>(count) - 1;
}

}  // namespace

Tensor grid_sample(Arg x, Arg grid, const GridSampleOptions& options) {
  const Outside outside = outside_of(options.padding_mode, x.where());
  check_operands(x, grid, options.mode);
  const Frame frame(x.where());
  return rounded_once(x.tensor(), [&](const Tensor& image) {
    const Tensor places = widened(grid.tensor());
    const Tensor values = Sampler(image, options.mode, outside, options.align_corners).sample(places);
    Shape shape({unknown, image.shape()[1]});
    for (int i = 2; i < image.ndim(); ++i) shape.append(unknown);
    return reshape_like(values, expand(unsqueeze(select(places, -1, 0), 1), shape));
  });
}

Tensor affine_grid(Arg theta, const Shape& size, bool align_corners) {
  const Shape& shape = operand("affine_grid", theta).shape();
  const int spatial = size.rank() - 2;
  const auto fail = [&](const char* rule, const std::string& given) {
    throw ArgumentError("affine_grid", rule, given, "", theta.where());
  };
  if (spatial != 2 && spatial != 3) fail("the size is not that of images or volumes", size.text());
  if (!is_floating(theta.tensor().dtype()))
    fail("theta is not floating", std::string(dtype_name(theta.tensor().dtype())));
  if (shape.rank() != 3 || conflict(shape.dim(1), spatial) || conflict(shape.dim(2), spatial + 1) ||
      conflict(shape.dim(0), size.dim(0)))
    fail("theta does not have a matrix of one row for each axis and one more column for each image",
         "theta is " + shape.text() + ", the size is " + size.text());
  const Frame frame(theta.where());
  return rounded_once(theta.tensor(), [&](const Tensor& maps) {
    // (..., axes + 1): the places of all pixels, x first, and 1.
    Shape pixels;
    for (int i = 0; i < spatial; ++i) pixels.append(size[2 + i]);
    std::vector<Tensor> columns;
    for (int i = spatial - 1; i >= 0; --i) {
      Tensor along = cast(places_along(pixels[i], align_corners, theta.where()), maps.dtype()).to(maps.device());
      for (int k = i + 1; k < spatial; ++k) along = unsqueeze(along, -1);
      columns.push_back(unsqueeze(expand(along, pixels), -1));
    }
    columns.push_back(ones_like(columns[0]));
    const Tensor base = flatten(concat(columns, -1), 0, -2);
    return split_axis(matmul(base, transpose(maps, 1, 2)), 1, Axes(pixels.dims()));
  });
}

}  // namespace triptych
