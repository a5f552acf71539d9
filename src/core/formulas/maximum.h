// maximum, minimum and clip; a NaN is kept.
#pragma once

#include "triptych/core/export.h"

namespace triptych::formula {

struct Maximum {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return a > b || a != a ? a : b;
  }
};
struct Minimum {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return a < b || a != a ? a : b;
  }
};

template <class C>
struct Clip {
  C min, max;
  template <class T>
  TRIPTYCH_HOST_DEVICE T operator()(T x) const {
    C value = static_cast<C>(x);
    value = value < min ? min : value;
    return T(value > max ? max : value);
  }
};

}  // namespace triptych::formula
