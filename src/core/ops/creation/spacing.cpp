// Numbers spaced by their logarithms, windows, triangles of ones, places by number.
#include "triptych/core/ops/spacing.h"

#include <cmath>
#include <numbers>
#include <string>

#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/bessel.h"

namespace triptych {
namespace {

/// start + i (stop - start) / steps for i below `num`, in float64.
Tensor equally_spaced(const char* op, double start, double stop, std::int64_t num, bool endpoint, Location where) {
  const Hyperparameters check(op, where);
  check.finite("start", start);
  check.finite("stop", stop);
  if (num < 0) throw ArgumentError(op, "num is negative", std::to_string(num), "", where);
  if (endpoint || num == 0) return linspace(start, stop, num, float64, where);
  const Tensor numbers = arange(0, num, 1, float64, where);
  return numbers * ((stop - start) / static_cast<double>(num)) + start;
}

/// 0, 1, ... below `length` in float64, divided by the window's steps.
struct WindowPlaces {
  Tensor share;  // from 0 to 1; undefined where the window is a single 1
  WindowPlaces(const char* op, std::int64_t length, bool periodic, DType dtype, Location where) {
    if (length < 0) throw ArgumentError(op, "length is negative", std::to_string(length), "", where);
    if (!is_floating(dtype))
      throw ArgumentError(op, "the dtype is not floating", std::string(dtype_name(dtype)), "", where);
    if (length != 1) share = arange(0, length, 1, float64, where) / static_cast<double>(periodic ? length : length - 1);
  }
};

/// The window whose weights `weigh` makes of the places.
template <class Weigh>
Tensor window(const char* op, std::int64_t length, bool periodic, DType dtype, Location where, Weigh weigh) {
  const Called called(op);
  const Frame frame(where);
  const WindowPlaces places(op, length, periodic, dtype, where);
  return places.share.defined() ? cast(weigh(places.share), dtype) : ones({length}, dtype, where);
}

constexpr double turn = 2 * std::numbers::pi;

}  // namespace

Tensor logspace(double start, double stop, std::int64_t num, bool endpoint, double base, DType dtype, Location where) {
  const Called called("logspace");
  const Frame frame(where);
  Hyperparameters("logspace", where).finite("base", base);
  return cast(pow(base, equally_spaced("logspace", start, stop, num, endpoint, where)), dtype);
}

Tensor geomspace(double start, double stop, std::int64_t num, bool endpoint, DType dtype, Location where) {
  const Called called("geomspace");
  const Frame frame(where);
  if (!(start * stop > 0) && !(std::signbit(start) == std::signbit(stop) && start != 0 && stop != 0))
    throw ArgumentError("geomspace", "one is 0, or the signs differ", number_text(start) + " and " + number_text(stop),
                        "Each number is the same multiple of the one before", where);
  const double sign = start < 0 ? -1 : 1;
  const Tensor logarithms =
      equally_spaced("geomspace", std::log(std::abs(start)), std::log(std::abs(stop)), num, endpoint, where);
  return cast(exp(logarithms) * sign, dtype);
}

Tensor bartlett_window(std::int64_t length, bool periodic, DType dtype, Location where) {
  return window("bartlett_window", length, periodic, dtype, where,
                [](const Tensor& share) { return 1 - abs(share * 2 - 1); });
}
Tensor blackman_window(std::int64_t length, bool periodic, DType dtype, Location where) {
  return window("blackman_window", length, periodic, dtype, where,
                [](const Tensor& share) { return 0.42 - cos(share * turn) * 0.5 + cos(share * (2 * turn)) * 0.08; });
}
Tensor hann_window(std::int64_t length, bool periodic, DType dtype, Location where) {
  return window("hann_window", length, periodic, dtype, where,
                [](const Tensor& share) { return 0.5 - cos(share * turn) * 0.5; });
}
Tensor hamming_window(std::int64_t length, bool periodic, double alpha, double beta, DType dtype, Location where) {
  const Hyperparameters check("hamming_window", where);
  check.finite("alpha", alpha);
  check.finite("beta", beta);
  return window("hamming_window", length, periodic, dtype, where,
                [&](const Tensor& share) { return alpha - cos(share * turn) * beta; });
}
Tensor kaiser_window(std::int64_t length, bool periodic, double beta, DType dtype, Location where) {
  Hyperparameters("kaiser_window", where).finite("beta", beta);
  return window("kaiser_window", length, periodic, dtype, where, [&](const Tensor& share) {
    // Of the scaled function, so that a large beta does not overflow.
    const Tensor inside = sqrt(clip(1 - square(share * 2 - 1), 0)) * std::abs(beta);
    const Tensor most = i0e(full({}, std::abs(beta), float64));
    return i0e(inside) / most * exp(inside - std::abs(beta));
  });
}

Tensor tri(std::int64_t n, std::optional<std::int64_t> m, std::int64_t k, DType dtype, Location where) {
  const Called called("tri");
  const Frame frame(where);
  return tril(ones({n, m.value_or(n)}, dtype, where), k);
}

std::vector<Tensor> unravel_index(Arg indices, const Shape& shape) {
  const Called called("unravel_index");
  const Frame frame(indices.where());
  const Tensor& given = operand("unravel_index", indices);
  if (given.dtype() != int32 && given.dtype() != int64)
    throw ArgumentError("unravel_index", "indices are neither int32 nor int64", std::string(dtype_name(given.dtype())),
                        "Convert them with cast", indices.where());
  if (!shape.known()) throw ArgumentError("unravel_index", "the shape is not known", shape.text(), "", indices.where());
  const std::int64_t size = shape.size(indices.where());
  if (size == 0) throw ArgumentError("unravel_index", "the shape has no elements", shape.text(), "", indices.where());
  std::vector<Tensor> result(static_cast<std::size_t>(shape.rank()));
  Tensor rest = cast(where(less(given, 0), given + size, given), int64);
  for (int i = shape.rank() - 1; i >= 0; --i) {
    const std::int64_t length = shape.begin()[i];
    // The first takes what is left, so that a number out of range stays one that indexing refuses.
    result[static_cast<std::size_t>(i)] = cast(i == 0 ? rest : remainder(rest, length), given.dtype());
    rest = floor_divide(rest, length);
  }
  return result;
}

}  // namespace triptych
