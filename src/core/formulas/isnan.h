// isnan, isinf and isfinite. No comparison of bits: every dtype, integers included, answers by arithmetic.
#pragma once

#include "triptych/core/export.h"

namespace triptych::formula {

template <class T>
TRIPTYCH_HOST_DEVICE bool is_nan(T x) {
  return x != x;  // infinity - infinity, and anything with a NaN
}

struct Isnan {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return is_nan(x);
  }
};
struct Isinf {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return x == x && is_nan(x - x);
  }
};
struct Isfinite {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return !is_nan(x - x);
  }
};

}  // namespace triptych::formula
