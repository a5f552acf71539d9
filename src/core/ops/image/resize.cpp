// Resizing by products along one axis after the other: each element is a weighted sum of its line's, and the weights
// are a matrix.
#include "triptych/core/ops/resize.h"

#include <cmath>
#include <numbers>
#include <string>
#include <utility>

#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "core/support/hyperparameter.h"
#include "core/support/printable.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

constexpr double pi = std::numbers::pi;

/// A filter: its weight at a distance of `x` elements, at least 0.
using Filter = Tensor (*)(const Tensor& x);

Tensor triangle(const Tensor& x) { return clip(1 - x, 0); }

/// Cubic pieces up to 1 and up to 2.
Tensor cubic(const Tensor& x, double a3, double a2, double a0, double b3, double b2, double b1, double b0) {
  const Tensor inner = (x * a3 + a2) * x * x + a0, outer = ((x * b3 + b2) * x + b1) * x + b0;
  return where(less_equal(x, 1), inner, where(less_equal(x, 2), outer, 0));
}
/// Keys, Cubic convolution interpolation for digital image processing (1981), a = -1/2.
Tensor keys(const Tensor& x) { return cubic(x, 1.5, -2.5, 1, -0.5, 2.5, -4, 2); }
/// Mitchell and Netravali, Reconstruction filters in computer graphics (1988), B = C = 1/3.
Tensor mitchell(const Tensor& x) { return cubic(x, 7.0 / 6, -2, 8.0 / 9, -7.0 / 18, 2, -10.0 / 3, 16.0 / 9); }
/// sinc(x) sinc(x / radius).
template <int radius>
Tensor lanczos(const Tensor& x) {
  return where(less(x, radius), sinc(x) * sinc(x / radius), 0);
}
/// Of deviation 1/2, up to 1.5.
Tensor gaussian(const Tensor& x) { return where(less(x, 1.5), exp(square(x) * -2), 0); }

Filter filter_of(const char* op, std::string_view method, Location where) {
  const std::pair<const char*, Filter> filters[] = {
      {"bilinear", triangle}, {"linear", triangle},        {"bicubic", keys},
      {"cubic", keys},        {"lanczos3", lanczos<3>},    {"lanczos5", lanczos<5>},
      {"gaussian", gaussian}, {"mitchellcubic", mitchell}, {"triangle", triangle}};
  for (const auto& [name, filter] : filters)
    if (method == name) return filter;
  throw ArgumentError(op, "there is no such method", "\"" + printable(std::string(method)) + "\"",
                      "It is bilinear, nearest, bicubic, area, lanczos3, lanczos5, gaussian or mitchellcubic", where);
}

/// (out, in): how much of each element goes into each of the result's, which is read at (i + 1/2 - translation) / scale
/// - 1/2, rounded to a multiple of `grain` if there is one. With `antialias` the filter is as wide as an element of a
/// smaller result.
Tensor filter_weights(Filter filter, std::int64_t out, std::int64_t in, double scale, double translation,
                      bool antialias, double grain, DType dtype, Location where) {
  const double step = 1 / scale, width = antialias && step > 1 ? step : 1;
  const Tensor exact = (arange(0, out, 1, float64, where) + 0.5 - translation) * step - 0.5;
  const Tensor places = grain > 0 ? triptych::round(exact / grain) * grain : exact;
  const Tensor distance = abs(unsqueeze(places, 1) - arange(0, in, 1, float64, where)) / width;
  const Tensor weights = filter(distance), total = sum(weights, 1, true);
  const Tensor nothing = less(abs(total), 1e3 * 0x1p-23);
  const Tensor inside = logical_and(greater_equal(places, -0.5), less_equal(places, static_cast<double>(in) - 0.5));
  const Tensor shares = triptych::where(nothing, 0, weights / triptych::where(nothing, 1, total));
  return cast(triptych::where(unsqueeze(inside, 1), shares, 0), dtype);
}

/// How much of element j of the line lies under element i of the result.
Tensor area_weights(std::int64_t out, std::int64_t in, DType dtype, Location where) {
  const double step = static_cast<double>(in) / static_cast<double>(out);
  const Tensor begin = unsqueeze(arange(0, out, 1, float64, where) * step, 1), from = arange(0, in, 1, float64, where);
  const Tensor overlap = minimum(begin + step, from + 1) - maximum(begin, from);
  return cast(clip(overlap, 0) / step, dtype);
}

/// The product of the weights and the lines along `axis`.
Tensor along_axis(const Tensor& x, std::int64_t axis, const Tensor& weights) {
  return moveaxis(matmul(moveaxis(x, axis, -1), transpose(weights, 0, 1)), -1, axis);
}

Tensor in_floats(const Tensor& x) { return is_floating(x.dtype()) ? x : cast(x, float32); }

}  // namespace

Tensor resize_images(Arg images, std::int64_t height, std::int64_t width, Text method, bool antialias) {
  const Called called("resize");
  const Frame frame(images.where());
  const char* op = "resize";
  const Location where = images.where();
  const Tensor& given = operand(op, images);
  if (given.ndim() < 3) throw ArgumentError(op, "images are not (..., h, w, c)", given.shape().text(), "", where);
  if (height < 1 || width < 1)
    throw ArgumentError(op, "a size is not positive", std::to_string(height) + " and " + std::to_string(width), "",
                        where);
  const bool nearest = method == "nearest", area = method == "area";
  const Filter filter = nearest || area ? nullptr : filter_of(op, method, where);
  // TensorFlow has its cubic weights in a table of so many places between two elements.
  const double grain = filter == keys && !antialias ? 1.0 / 1024 : 0;
  const std::pair<std::int64_t, std::int64_t> sizes[] = {{-3, height}, {-2, width}};
  const DeviceScope beside(given.device());
  const auto steps = [&](Tensor x) {
    for (const auto& [axis, size] : sizes) {
      const std::int64_t length = x.shape().dim(static_cast<int>(axis)).value(where);
      if (length < 1) throw ArgumentError(op, "there is no element to resize", x.shape().text(), "", where);
      const double scale = static_cast<double>(size) / static_cast<double>(length);
      if (nearest)
        x = index_select(x, axis, cast(floor((arange(0, size, 1, float64, where) + 0.5) / scale), int64));
      else
        x = along_axis(x, axis,
                       area ? area_weights(size, length, x.dtype(), where)
                            : filter_weights(filter, size, length, scale, 0, antialias, grain, x.dtype(), where));
    }
    return x;
  };
  return nearest ? steps(given) : rounded_once(in_floats(given), steps);
}

Tensor scale_and_translate(Arg x, const Shape& output_shape, const std::vector<double>& scale,
                           const std::vector<double>& translation, const Axes& axes, ScaleAndTranslateOptions options) {
  const Called called("scale_and_translate");
  const Frame frame(x.where());
  const char* op = "scale_and_translate";
  const Location where = x.where();
  const Tensor& given = operand(op, x);
  const auto count = static_cast<std::size_t>(axes.size());
  if (scale.size() != count || translation.size() != count)
    throw ArgumentError(op, "there is not a scale and a translation for each axis",
                        std::to_string(scale.size()) + " scales and " + std::to_string(translation.size()) +
                            " translations for " + std::to_string(count) + " axes",
                        "", where);
  if (output_shape.rank() != given.ndim())
    throw ArgumentError(op, "the output shape has another number of dimensions",
                        output_shape.text() + " for " + given.shape().text(), "", where);
  const Filter filter = filter_of(op, options.method, where);
  const Hyperparameters check(op, where);
  for (std::size_t i = 0; i < count; ++i) {
    check.positive("scale", scale[i]);
    check.finite("translation", translation[i]);
  }
  const DeviceScope beside(given.device());
  return rounded_once(in_floats(given), [&](Tensor wide) {
    for (std::size_t i = 0; i < count; ++i) {
      const int axis = normalize_axis(op, axes[i], given.ndim(), where);
      wide = along_axis(wide, axis,
                        filter_weights(filter, output_shape.dim(axis).value(where), wide.shape().dim(axis).value(where),
                                       scale[i], translation[i], options.antialias, 0, wide.dtype(), where));
    }
    if (!wide.shape().compatible(output_shape))
      throw ArgumentError(op, "the output shape differs along an axis that is not scaled",
                          output_shape.text() + " for " + given.shape().text(), "", where);
    return wide;
  });
}

}  // namespace triptych
