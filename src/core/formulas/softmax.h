// Elements of softmax, log_softmax and their gradients, given what is known of their row.
#pragma once

#include "core/kernels/vector_math.h"

namespace triptych::formula {

/// `exponential`: e^(x - max); `sum`: that of the row.
template <class C>
TRIPTYCH_HOST_DEVICE C softmax(C exponential, C sum) {
  return exponential / sum;
}
/// `dot`: the row's sum of dy y.
template <class C>
TRIPTYCH_HOST_DEVICE C softmax_grad(C dy, C y, C dot) {
  return y * (dy - dot);
}
template <class C>
TRIPTYCH_HOST_DEVICE C log_softmax(C x, C max, C log_sum) {
  return (x - max) - log_sum;
}
/// `sum`: the row's sum of dy.
template <class C>
TRIPTYCH_HOST_DEVICE C log_softmax_grad(C dy, C y, C sum) {
  return dy - math::exp(y) * sum;
}

}  // namespace triptych::formula
