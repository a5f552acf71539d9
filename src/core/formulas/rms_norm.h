// Normalization by the root mean square: what happens to an element of a row.
#pragma once

#include "triptych/core/export.h"

namespace triptych::formula {

struct ScaledByInverse {
  template <class C>
  TRIPTYCH_HOST_DEVICE C operator()(C x, C inverse, C weight) const {
    return x * inverse * weight;
  }
};
/// `g` is the gradient times the weight, `slope` the mean of g x times inverse^2.
struct RmsNormGrad {
  template <class C>
  TRIPTYCH_HOST_DEVICE C operator()(C g, C x, C slope, C inverse) const {
    return (g - x * slope) * inverse;
  }
};

}  // namespace triptych::formula
