// The binary cross-entropy of a probability and a target.
#pragma once

#include "core/kernels/vector_math.h"

namespace triptych::formula {

/// -(z ln(x) + (1 - z) ln(1 - x)), with logarithms of at least -100.
struct BinaryCrossEntropy {
  template <class C>
  TRIPTYCH_HOST_DEVICE C operator()(C x, C z) const {
    const C yes = math::log(x), no = math::log1p(-x);
    return (z - C(1)) * (no < C(-100) ? C(-100) : no) - z * (yes < C(-100) ? C(-100) : yes);
  }
};

}  // namespace triptych::formula
