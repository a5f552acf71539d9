// Tensors as plain numbers in double, walked by plain loops: what the kernels' results are held against.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "triptych/core/shape.h"

namespace paths {

namespace tt = triptych;

/// Where an element is: one index for each axis.
using Place = std::array<std::int64_t, tt::Shape::max_rank>;

/// Calls f(place) for each element of `shape`, in row-major order.
template <class F>
void each_place(const tt::Shape& shape, F f) {
  Place place{};
  for (std::int64_t i = 0, n = shape.size(); i < n; ++i) {
    f(std::as_const(place));
    for (int k = shape.rank() - 1; k >= 0 && ++place[static_cast<std::size_t>(k)] == shape.begin()[k]; --k)
      place[static_cast<std::size_t>(k)] = 0;
  }
}

struct Plain {
  tt::Shape shape;
  std::vector<double> values;

  Plain() = default;
  explicit Plain(const tt::Shape& s, double value = 0) : shape(s), values(static_cast<std::size_t>(s.size()), value) {}
  /// Of elements f(place).
  template <class F>
  static Plain of(const tt::Shape& shape, F f) {
    Plain result(shape);
    std::size_t i = 0;
    each_place(shape, [&](const Place& place) { result.values[i++] = f(place); });
    return result;
  }

  std::size_t offset(const Place& place) const {
    std::int64_t sum = 0;
    for (int k = 0; k < shape.rank(); ++k) sum = sum * shape.begin()[k] + place[static_cast<std::size_t>(k)];
    return static_cast<std::size_t>(sum);
  }
  double& operator[](const Place& place) { return values[offset(place)]; }
  double operator[](const Place& place) const { return values[offset(place)]; }
  /// The element at a place of a larger shape that this is broadcast to.
  double broadcast(const Place& place, int rank) const {
    Place own{};
    const int lead = rank - shape.rank();
    for (int k = 0; k < shape.rank(); ++k)
      own[static_cast<std::size_t>(k)] = shape.begin()[k] == 1 ? 0 : place[static_cast<std::size_t>(k + lead)];
    return (*this)[own];
  }
};

}  // namespace paths
