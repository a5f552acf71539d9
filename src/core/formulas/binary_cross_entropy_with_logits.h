// The binary cross-entropy of a logit and a target.
#pragma once

#include "core/kernels/vector_math.h"

namespace triptych::formula {

/// log(1 + e) for 0 <= e <= 1: log of the rounded u = 1 + e, corrected for what the rounding lost (W. Kahan).
template <class C>
TRIPTYCH_HOST_DEVICE C log_one_plus(C e) {
  const C u = C(1) + e, logarithm = math::log(u);
  return u == C(1) ? e : logarithm * (e / (u - C(1)));
}

/// max(x, 0) - x z + log(1 + exp(-|x|)), where the first two are one product, so that infinite logits give what they
/// should.
struct BinaryCrossEntropyWithLogits {
  template <class C>
  TRIPTYCH_HOST_DEVICE C operator()(C x, C z) const {
    const C magnitude = x < C(0) ? -x : x;
    return magnitude * (x < C(0) ? z : C(1) - z) + log_one_plus(math::exp(-magnitude));
  }
};

}  // namespace triptych::formula
