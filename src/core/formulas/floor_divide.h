// floor_divide and remainder, as Python's // and %, and fmod, as C's.
#pragma once

#include <cmath>
#include <type_traits>

#include "core/kernels/vector_math.h"

namespace triptych::formula {

/// Floats of which one division finds the remainder: the quotient has few enough bits for a - q b to be exact in one
/// fused multiply-add. What is exact has one value, so it matters not which way it was found.
struct FewTimes {
  TRIPTYCH_HOST_DEVICE static bool is_usual(float a, float b) {
    return math::has_fma & (std::fabs(a) < std::fabs(b) * 0x1p22f) & (std::fabs(b) < math::infinity);
  }
};
/// fmod of such: the quotient was perhaps rounded up to a whole number.
TRIPTYCH_HOST_DEVICE inline float usual_fmod(float a, float b) {
  const float rest = math::fma(-std::trunc(a / b), b, a);
  const float wrong_side = std::copysign(1.0f, rest) * a;
  return std::copysign((rest != 0.0f) & (wrong_side < 0.0f) ? std::fabs(b) - std::fabs(rest) : rest, a);
}

/// Python's remainder from C's.
template <class T>
TRIPTYCH_HOST_DEVICE T with_sign_of_divisor(T rest, T b) {
  return (rest != 0) & ((b < 0) != (rest < 0)) ? rest + b : rest;
}

/// a mod b with b's sign.
template <class T>
TRIPTYCH_HOST_DEVICE T python_remainder(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return with_sign_of_divisor(std::fmod(a, b), b);
  } else if constexpr (std::is_signed_v<T>) {
    if (b == -1) return 0;  // the least integer divided by -1 traps
    const T rest = static_cast<T>(a % b);
    return static_cast<T>(rest != 0 && (b < 0) != (rest < 0) ? rest + b : rest);
  } else {
    return static_cast<T>(a % b);
  }
}

/// floor(a / b), b not 0, given fmod(a, b): the quotient of what divides evenly is exact but for its rounding, so the
/// floor is at most one off.
template <class T>
TRIPTYCH_HOST_DEVICE T quotient_down(T a, T b, T rest) {
  const T even = (a - rest) / b;
  const T quotient = (rest != 0) & ((b < 0) != (rest < 0)) ? even - 1 : even;
  const T down = std::floor(quotient);
  return quotient == 0 ? std::copysign(T(0), a / b) : quotient - down > T(0.5) ? down + 1 : down;
}

/// floor(a / b).
template <class T>
TRIPTYCH_HOST_DEVICE T quotient_down(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return b == 0 ? a / b : quotient_down(a, b, std::fmod(a, b));
  } else if constexpr (std::is_signed_v<T>) {
    if (b == -1) return static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(a));
    const T quotient = static_cast<T>(a / b);  // towards zero; a - remainder would leave the range near its ends
    return static_cast<T>(quotient - (a % b != 0 && (a < 0) != (b < 0)));
  } else {
    return static_cast<T>(a / b);
  }
}

struct FloorDivide : FewTimes {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return quotient_down(a, b);
  }
  TRIPTYCH_HOST_DEVICE static float usual(float a, float b) { return quotient_down(a, b, usual_fmod(a, b)); }
};
struct Remainder : FewTimes {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return python_remainder(a, b);
  }
  TRIPTYCH_HOST_DEVICE static float usual(float a, float b) { return with_sign_of_divisor(usual_fmod(a, b), b); }
};
/// a mod b with a's sign.
struct Fmod : FewTimes {
  TRIPTYCH_HOST_DEVICE static float usual(float a, float b) { return usual_fmod(a, b); }
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
