// pow, square, sqrt, rsqrt, reciprocal and hypot.
#pragma once

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "core/kernels/vector_power.h"

namespace triptych::formula {

/// Integers wrap around.
template <class T>
TRIPTYCH_HOST_DEVICE T product(T a, T b) {
  if constexpr (std::is_integral_v<T>)
    return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
  else
    return a * b;
}

/// An integer's exponent is not negative.
template <class T>
TRIPTYCH_HOST_DEVICE T power(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    T result = 1;
    for (auto n = static_cast<std::uint64_t>(b); n; n >>= 1, a = product(a, a))  // by squaring
      if (n & 1) result = product(result, a);
    return result;
  } else {
    return math::pow(a, b);
  }
}

struct Pow {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return power(a, b);
  }
  TRIPTYCH_HOST_DEVICE static bool is_usual(float a, float b) { return math::is_usual_power(a, b); }
  TRIPTYCH_HOST_DEVICE static float usual(float a, float b) { return math::usual_power(a, b); }
};
struct Square {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return product(x, x);
  }
};
struct Sqrt {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return std::sqrt(x);
  }
};
struct Rsqrt {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return 1 / std::sqrt(x);
  }
};
struct Reciprocal {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return 1 / x;
  }
};
struct Hypot {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return std::hypot(a, b);
  }
};

}  // namespace triptych::formula
