// neg, abs and its backward op, sign and copysign.
#pragma once

#include <cmath>
#include <type_traits>

#include "triptych/core/export.h"

namespace triptych::formula {

/// -x; integers wrap around.
template <class T>
TRIPTYCH_HOST_DEVICE T negative(T x) {
  if constexpr (std::is_same_v<T, bool>)
    return x;  // refused by infer
  else if constexpr (std::is_integral_v<T>)
    return static_cast<T>(std::make_unsigned_t<T>(0) - static_cast<std::make_unsigned_t<T>>(x));
  else
    return -x;
}

template <class T>
TRIPTYCH_HOST_DEVICE T magnitude(T x) {
  if constexpr (std::is_floating_point_v<T>)
    return std::fabs(x);
  else if constexpr (std::is_signed_v<T>)
    return x < 0 ? negative(x) : x;
  else
    return x;
}

/// -1, 0 or 1; NaN stays NaN.
template <class T>
TRIPTYCH_HOST_DEVICE T direction(T x) {
  if constexpr (std::is_signed_v<T>)
    return x != x ? x : static_cast<T>((x > 0) - (x < 0));
  else
    return static_cast<T>(x != 0);
}

struct Neg {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return negative(x);
  }
};
struct Abs {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return magnitude(x);
  }
};
/// upstream times the sign; 0 at NaN, as PyTorch's. Of floating numbers.
struct AbsGrad {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T upstream, T x) const {
    return upstream * static_cast<T>((x > 0) - (x < 0));
  }
};
struct Sign {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return direction(x);
  }
};
/// Of floating numbers.
struct Copysign {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return std::copysign(a, b);
  }
};

}  // namespace triptych::formula
