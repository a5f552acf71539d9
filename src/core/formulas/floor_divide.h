// floor_divide and remainder, as Python's // and %, and fmod, as C's.
#pragma once

#include <cmath>
#include <type_traits>

#include "triptych/core/export.h"

namespace triptych::formula {

/// a mod b with b's sign.
template <class T>
TRIPTYCH_HOST_DEVICE T python_remainder(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    const T rest = std::fmod(a, b);
    return rest != 0 && (b < 0) != (rest < 0) ? rest + b : rest;
  } else if constexpr (std::is_signed_v<T>) {
    if (b == -1) return 0;  // the least integer divided by -1 traps
    const T rest = static_cast<T>(a % b);
    return static_cast<T>(rest != 0 && (b < 0) != (rest < 0) ? rest + b : rest);
  } else {
    return static_cast<T>(a % b);
  }
}

/// floor(a / b).
template <class T>
TRIPTYCH_HOST_DEVICE T quotient_down(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (b == 0) return a / b;
    // The quotient of what divides evenly: exact but for its rounding, so the floor is at most one off.
    const T rest = std::fmod(a, b);
    T quotient = (a - rest) / b;
    if (rest != 0 && (b < 0) != (rest < 0)) quotient -= 1;
    if (quotient == 0) return std::copysign(T(0), a / b);
    const T down = std::floor(quotient);
    return quotient - down > T(0.5) ? down + 1 : down;
  } else if constexpr (std::is_signed_v<T>) {
    if (b == -1) return static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(a));
    const T quotient = static_cast<T>(a / b);  // towards zero; a - remainder would leave the range near its ends
    return static_cast<T>(quotient - (a % b != 0 && (a < 0) != (b < 0)));
  } else {
    return static_cast<T>(a / b);
  }
}

struct FloorDivide {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return quotient_down(a, b);
  }
};
struct Remainder {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return python_remainder(a, b);
  }
};
/// a mod b with a's sign.
struct Fmod {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>) {
      return std::fmod(a, b);
    } else {
      if constexpr (std::is_signed_v<T>)
        if (b == -1) return T(0);  // the least integer divided by -1 traps
      return static_cast<T>(a % b);
    }
  }
};

}  // namespace triptych::formula
