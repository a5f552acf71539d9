// The greatest common divisor, and the next floating-point number.
#pragma once

#include <cmath>
#include <type_traits>

#include "triptych/core/export.h"

namespace triptych::formula {

/// |x|, which the least integer has only without its sign.
template <class T>
TRIPTYCH_HOST_DEVICE std::make_unsigned_t<T> absolute(T x) {
  using U = std::make_unsigned_t<T>;
  if constexpr (std::is_signed_v<T>)
    if (x < 0) return static_cast<U>(U(0) - static_cast<U>(x));
  return static_cast<U>(x);
}

/// Of the absolute values, by Euclid; 0 with 0 has 0.
struct Gcd {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    auto x = absolute(a), y = absolute(b);
    while (y != 0) {
      const auto rest = static_cast<decltype(x)>(x % y);
      x = y;
      y = rest;
    }
    return static_cast<T>(x);
  }
};
struct Nextafter {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x, T towards) const {
    return std::nextafter(x, towards);
  }
};

}  // namespace triptych::formula
