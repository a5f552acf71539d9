// Layer normalization: what happens to an element of a row.
#pragma once

#include <cmath>

#include "triptych/core/export.h"

namespace triptych::formula {

/// 1 / the standard deviation.
template <class C>
TRIPTYCH_HOST_DEVICE C inverse_deviation(C variance, C eps) {
  return C(1) / std::sqrt(variance + eps);
}

struct Normal {
  template <class C>
  TRIPTYCH_HOST_DEVICE C operator()(C x, C mean, C inverse) const {
    return (x - mean) * inverse;
  }
};
struct ScaledNormal {
  template <class C>
  TRIPTYCH_HOST_DEVICE C operator()(C x, C mean, C inverse, C gamma, C beta) const {
    return Normal()(x, mean, inverse) * gamma + beta;
  }
};
/// `g` is the gradient times gamma; `shift` and `slope` are the means of g and of g times the normal.
struct NormalGrad {
  template <class C>
  TRIPTYCH_HOST_DEVICE C operator()(C g, C normal, C shift, C slope, C inverse) const {
    return (g - shift - normal * slope) * inverse;
  }
};

}  // namespace triptych::formula
