// Comparisons of two elements.
#pragma once

#include "triptych/core/export.h"

namespace triptych::formula {

struct Equal {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return a == b;
  }
};
struct NotEqual {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return a != b;
  }
};
struct Less {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return a < b;
  }
};
struct LessEqual {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return a <= b;
  }
};
struct Greater {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return a > b;
  }
};
struct GreaterEqual {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return a >= b;
  }
};

}  // namespace triptych::formula
