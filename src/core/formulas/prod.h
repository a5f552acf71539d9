// Products of all elements but one.
#pragma once

#include <cstdint>

#include "triptych/core/export.h"

namespace triptych::formula {

/// a b, and 0 if one is 0: the other may have overflowed.
template <class C>
TRIPTYCH_HOST_DEVICE C zero_wins(C a, C b) {
  return (a == C(0) && b == b) || (b == C(0) && a == a) ? C(0) : a * b;
}

/// Whether NaN stands for a zero among `n` finite factors, others of which overflowed before it came.
template <class Factor>
TRIPTYCH_HOST_DEVICE bool overflowed_before_zero(std::int64_t n, Factor factor) {
  bool zero = false;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto x = factor(i);
    if (!(x - x == 0)) return false;  // infinite or NaN itself
    zero = zero || x == 0;
  }
  return zero;
}

/// The product p of some elements x_i, and d = sum over i of g_i times the product of the others.
template <class C>
struct Dual {
  C product, derivative;
};

/// Joining two such sets: p = p1 p2, d = d1 p2 + p1 d2.
struct JoinDuals {
  template <class C>
  TRIPTYCH_HOST_DEVICE Dual<C> operator()(const Dual<C>& a, const Dual<C>& b) const {
    return {zero_wins(a.product, b.product), zero_wins(a.derivative, b.product) + zero_wins(a.product, b.derivative)};
  }
};

}  // namespace triptych::formula
