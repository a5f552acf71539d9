// What is done to an element of a finished product: the bias is added, then the activation applied, each rounded as the
// separate op rounds.
#pragma once

#include "core/formulas/arithmetic.h"
#include "core/formulas/elements.h"
#include "core/ops/product/matmul.h"

namespace triptych::formula {

struct Finish {
  Activation activation = Activation::none;

  template <class T>
  TRIPTYCH_HOST_DEVICE T operator()(T c) const {
    using C = compute_type<T>;
    if constexpr (std::is_unsigned_v<C>)
      return c;
    else
      return activation == Activation::relu && static_cast<C>(c) < C(0) ? T(C(0)) : c;
  }
  template <class T>
  TRIPTYCH_HOST_DEVICE T operator()(T c, T bias) const {
    using C = compute_type<T>;
    return (*this)(T(wrapping(static_cast<C>(c)) + wrapping(static_cast<C>(bias))));
  }
};

}  // namespace triptych::formula
