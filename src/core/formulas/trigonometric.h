// Trigonometric and hyperbolic functions: by our own float32 functions, but for the inverse hyperbolic ones, which are
// the standard library's.
#pragma once

#include <cmath>

#include "core/kernels/vector_arcs.h"
#include "core/kernels/vector_trigonometry.h"

namespace triptych::formula {

struct ModerateAngles {
  TRIPTYCH_HOST_DEVICE static bool is_usual(float x) { return std::fabs(x) <= math::moderate_angle; }
};
struct Sin : ModerateAngles {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return math::sin(x);
  }
  TRIPTYCH_HOST_DEVICE static float usual(float x) { return math::sin_of_moderate(x); }
};
struct Cos : ModerateAngles {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return math::cos(x);
  }
  TRIPTYCH_HOST_DEVICE static float usual(float x) { return math::cos_of_moderate(x); }
};
struct Tan : ModerateAngles {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return math::tan(x);
  }
  TRIPTYCH_HOST_DEVICE static float usual(float x) { return math::tan_of_moderate(x); }
};
struct Asin {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return math::asin(x);
  }
};
struct Acos {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return math::acos(x);
  }
};
struct Atan {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return math::atan(x);
  }
};
struct Sinh {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return math::sinh(x);
  }
};
struct Cosh {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return math::cosh(x);
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
    return math::atan2(a, b);
  }
};

}  // namespace triptych::formula
