// add, sub, mul, div of two elements.
#pragma once

#include <type_traits>

#include "triptych/core/export.h"

namespace triptych::formula {

/// Integers wrap around: they are computed unsigned, since signed overflow is undefined.
template <class T>
TRIPTYCH_HOST_DEVICE auto wrapping(T x) {
  if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>)
    return static_cast<std::make_unsigned_t<T>>(x);
  else
    return x;
}

struct Add {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return wrapping(a) + wrapping(b);
  }
};
struct Sub {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return wrapping(a) - wrapping(b);
  }
};
struct Mul {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return wrapping(a) * wrapping(b);
  }
};
struct Div {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return a / b;
  }
};

}  // namespace triptych::formula
