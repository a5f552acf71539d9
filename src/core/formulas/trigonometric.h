// Trigonometric and hyperbolic functions: sine and cosine by our own float32 functions, the rest by the standard
// library's.
#pragma once

#include <cmath>

#include "core/kernels/vector_trigonometry.h"

namespace triptych::formula {

struct Sin {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return math::sin(x);
  }
};
struct Cos {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return math::cos(x);
  }
};
struct Tan {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return std::tan(x);
  }
};
struct Asin {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return std::asin(x);
  }
};
struct Acos {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return std::acos(x);
  }
};
struct Atan {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return std::atan(x);
  }
};
struct Sinh {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return std::sinh(x);
  }
};
struct Cosh {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return std::cosh(x);
  }
};
struct Asinh {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return std::asinh(x);
  }
};
struct Acosh {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return std::acosh(x);
  }
};
struct Atanh {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return std::atanh(x);
  }
};
struct Atan2 {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return std::atan2(a, b);
  }
};

}  // namespace triptych::formula
