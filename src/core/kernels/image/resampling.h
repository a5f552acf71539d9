// Resampling along an axis: which elements a new one is made of, and how much of each. PyTorch's coordinates.
#pragma once

#include <cmath>
#include <cstdint>

#include "core/ops/image/resample.h"
#include "triptych/core/export.h"

namespace triptych {

/// `n` elements become `m`.
struct Resampling {
  ResampleMode mode;
  bool align_corners, antialias;
  std::int64_t n, m;
  double given_scale;  // m / n where it was given, else 0

  Resampling(const ResampleAttributes& a, std::int64_t elements, std::int64_t new_elements)
      : mode(a.mode),
        align_corners(a.align_corners),
        antialias(a.antialias),
        n(elements),
        m(new_elements),
        given_scale(a.scale) {}

  /// Elements first, first + 1, ... make a new one; those outside of the axis stand for its ends.
  struct Span {
    std::int64_t first, count;
    double at;     // where the new element lies: behind element first (linear, cubic), or on the axis (antialias)
    double total;  // of antialiasing weights
  };

  TRIPTYCH_HOST_DEVICE double step() const {
    if (align_corners && !is_nearest()) return m > 1 ? static_cast<double>(n - 1) / static_cast<double>(m - 1) : 0.0;
    return given_scale > 0 ? 1 / given_scale : static_cast<double>(n) / static_cast<double>(m);
  }
  TRIPTYCH_HOST_DEVICE Span span(std::int64_t j) const {
    if (is_nearest()) return {nearest(j), 1, 0, 1};
    if (antialias) return filtered(j);
    double place = align_corners ? step() * static_cast<double>(j) : step() * (static_cast<double>(j) + 0.5) - 0.5;
    if (mode == ResampleMode::linear) {
      place = place < 0 ? 0 : place;
      const std::int64_t first = std::floor(place) < static_cast<double>(n - 1) ? floor_of(place) : n - 1;
      const double beyond = place - static_cast<double>(first);
      return {first, 2, beyond < 1 ? beyond : 1, 1};
    }
    const std::int64_t base = floor_of(place);
    return {base - 1, 4, place - static_cast<double>(base), 1};
  }
  /// How much of element first + k goes into the new one.
  TRIPTYCH_HOST_DEVICE double weight(const Span& span, std::int64_t k) const {
    if (is_nearest()) return 1;
    if (antialias) return filter(span, k) / span.total;
    if (mode == ResampleMode::linear) return k == 0 ? 1 - span.at : span.at;
    return cubic(std::abs(static_cast<double>(k - 1) - span.at), -0.75);
  }
  /// The element that number first + k of a span is.
  TRIPTYCH_HOST_DEVICE std::int64_t place(const Span& span, std::int64_t k) const {
    const std::int64_t at = span.first + k;
    return at < 0 ? 0 : at < n ? at : n - 1;
  }
  TRIPTYCH_HOST_DEVICE bool is_nearest() const {
    return mode == ResampleMode::nearest || mode == ResampleMode::nearest_exact;
  }

 private:
  /// In float, as PyTorch: where sizes do not divide, rounding decides.
  TRIPTYCH_HOST_DEVICE std::int64_t nearest(std::int64_t j) const {
    if (m == n) return j;
    if (m == 2 * n && mode == ResampleMode::nearest) return j / 2;
    const float scale =
        given_scale > 0 ? static_cast<float>(1 / given_scale) : static_cast<float>(n) / static_cast<float>(m);
    const float at = mode == ResampleMode::nearest
                         ? static_cast<float>(j) * scale
                         : static_cast<float>((static_cast<double>(j) + 0.5) * static_cast<double>(scale));
    return at < static_cast<float>(n) ? floor_of(static_cast<double>(at)) : n - 1;
  }
  /// A filter as wide as the elements are far apart, where the result is smaller.
  TRIPTYCH_HOST_DEVICE Span filtered(std::int64_t j) const {
    const double scale = step(), reach = (mode == ResampleMode::linear ? 1 : 2) * (scale < 1 ? 1 : scale);
    const double centre = scale * (static_cast<double>(j) + 0.5);
    const double low = centre - reach + 0.5, high = centre + reach + 0.5;
    std::int64_t first = low > 0 ? static_cast<std::int64_t>(low) : 0;
    const std::int64_t last = high < static_cast<double>(n) ? static_cast<std::int64_t>(high) : n;
    if (first > n - 1) first = n - 1;
    Span span{first, last > first ? last - first : 1, centre, 0};
    for (std::int64_t k = 0; k < span.count; ++k) span.total += filter(span, k);
    if (span.total == 0) span.total = 1;
    return span;
  }
  TRIPTYCH_HOST_DEVICE double filter(const Span& span, std::int64_t k) const {
    const double scale = step(), distance = static_cast<double>(span.first + k) - span.at + 0.5;
    const double x = std::abs(scale < 1 ? distance : distance / scale);
    if (mode == ResampleMode::linear) return x < 1 ? 1 - x : 0;
    return cubic(x, -0.5);
  }
  /// Keys's kernel at a distance.
  static TRIPTYCH_HOST_DEVICE double cubic(double x, double a) {
    if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    if (x < 2) return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
    return 0;
  }
  static TRIPTYCH_HOST_DEVICE std::int64_t floor_of(double x) { return static_cast<std::int64_t>(std::floor(x)); }
};

}  // namespace triptych
