// exp, its relatives and inverses, and erf.
#pragma once

#include "core/kernels/vector_math.h"

namespace triptych::formula {

struct Exp {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return math::exp(x);
  }
};
struct Exp2 {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return math::exp2(x);
  }
};
struct Expm1 {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return math::expm1(x);
  }
};
struct Log {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return math::log(x);
  }
};
struct Log1p {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return math::log1p(x);
  }
};
struct Log2 {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return math::log2(x);
  }
};
struct Log10 {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return math::log10(x);
  }
};
struct Erf {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return math::erf(x);
  }
  TRIPTYCH_HOST_DEVICE static bool is_usual(float x) { return std::fabs(x) < math::erf_near; }
  TRIPTYCH_HOST_DEVICE static float usual(float x) { return math::erf_of_near(x); }
};

}  // namespace triptych::formula
