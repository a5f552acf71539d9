// relu and its backward op, on the elements themselves: what passes keeps its bits.
#pragma once

#include "core/formulas/compute_type.h"

namespace triptych::formula {

struct Relu {
  template <class T>
  TRIPTYCH_HOST_DEVICE T operator()(T x) const {
    using C = compute_type<T>;
    if constexpr (std::is_unsigned_v<C>)
      return x;
    else
      return static_cast<C>(x) < C(0) ? T(C(0)) : x;
  }
};
struct ReluGrad {
  template <class T>
  TRIPTYCH_HOST_DEVICE T operator()(T upstream, T output) const {
    using C = compute_type<T>;
    return static_cast<C>(output) <= C(0) ? T(C(0)) : upstream;  // at NaN it passes
  }
};

}  // namespace triptych::formula
