// Products of all elements but one.
#pragma once

#include "triptych/core/export.h"

namespace triptych::formula {

/// The product p of some elements x_i, and d = sum over i of g_i times the product of the others.
template <class C>
struct Dual {
  C product, derivative;
};

/// Joining two such sets: p = p1 p2, d = d1 p2 + p1 d2.
struct JoinDuals {
  template <class C>
  TRIPTYCH_HOST_DEVICE Dual<C> operator()(const Dual<C>& a, const Dual<C>& b) const {
    return {a.product * b.product, a.derivative * b.product + a.product * b.derivative};
  }
};

}  // namespace triptych::formula
