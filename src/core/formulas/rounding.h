// floor, ceil, round and trunc.
#pragma once

#include <cmath>

#include "triptych/core/export.h"

namespace triptych::formula {

struct Floor {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return std::floor(x);
  }
};
struct Ceil {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return std::ceil(x);
  }
};
struct Round {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return std::rint(x);
  }
};
struct Trunc {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return std::trunc(x);
  }
};

}  // namespace triptych::formula
