// How two elements become one where several are put at one place, in the type that they are computed in.
#pragma once

#include <type_traits>

#include "core/formulas/maximum.h"
#include "core/ops/indexing/pick.h"

namespace triptych::cuda {

/// Integers wrap around.
template <class C>
__device__ C combined(Combine how, C a, C b) {
  using Wide = std::conditional_t<std::is_integral_v<C> && !std::is_same_v<C, bool>, unsigned long long, C>;
  switch (how) {
    case Combine::add:
      return static_cast<C>(static_cast<Wide>(a) + static_cast<Wide>(b));
    case Combine::multiply:
      return static_cast<C>(static_cast<Wide>(a) * static_cast<Wide>(b));
    case Combine::maximum:
      return static_cast<C>(formula::Maximum()(a, b));
    case Combine::minimum:
      return static_cast<C>(formula::Minimum()(a, b));
    default:
      return b;
  }
}

}  // namespace triptych::cuda
