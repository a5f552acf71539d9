// Element i of arange and linspace.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/formulas/elements.h"

namespace triptych::formula {

/// A computed number in an element type.
template <class T, class N>
TRIPTYCH_HOST_DEVICE T element(N value) {
  if constexpr (std::is_same_v<T, bool>)
    return value != 0;
  else
    return T(static_cast<compute_type<T>>(value));
}

/// start + i * step, of numbers N.
template <class T, class N>
struct Arange {
  N start, step;
  TRIPTYCH_HOST_DEVICE T operator()(std::int64_t i) const {
    if constexpr (std::is_integral_v<N>)  // may wrap around on the way to a number that fits
      return element<T>(static_cast<N>(static_cast<std::uint64_t>(start) +
                                       static_cast<std::uint64_t>(i) * static_cast<std::uint64_t>(step)));
    else
      return element<T>(start + static_cast<N>(i) * step);
  }
};

/// `last` is exact.
template <class T>
struct Linspace {
  double start, step, stop;
  std::int64_t last;
  Linspace(double from, double to, std::int64_t count)
      : start(from), step(count > 1 ? (to - from) / static_cast<double>(count - 1) : 0), stop(to), last(count - 1) {}
  TRIPTYCH_HOST_DEVICE T operator()(std::int64_t i) const {
    return element<T>(i == last && i > 0 ? stop : start + static_cast<double>(i) * step);
  }
};

/// An n x m matrix, row by row.
template <class T>
struct Eye {
  std::int64_t m;
  TRIPTYCH_HOST_DEVICE T operator()(std::int64_t i) const { return element<T>(i / m == i % m ? 1 : 0); }
};

}  // namespace triptych::formula
