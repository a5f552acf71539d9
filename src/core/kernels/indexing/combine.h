// How two elements become one where several are put at one place, in the type that they are computed in.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/formulas/maximum.h"
#include "core/ops/indexing/pick.h"

namespace triptych {

/// Integers wrap around.
template <class C>
using combined_type = std::conditional_t<std::is_integral_v<C> && !std::is_same_v<C, bool>, std::uint64_t, C>;

/// Calls f(combine) with `combine(a, b)` for a way that is not `replace`.
template <class C, class F>
void visit_combine(Combine how, F f) {
  using Wide = combined_type<C>;
  switch (how) {
    case Combine::add:
      return f([](C a, C b) { return static_cast<C>(static_cast<Wide>(a) + static_cast<Wide>(b)); });
    case Combine::multiply:
      return f([](C a, C b) { return static_cast<C>(static_cast<Wide>(a) * static_cast<Wide>(b)); });
    case Combine::maximum:
      return f([](C a, C b) { return static_cast<C>(formula::Maximum()(a, b)); });
    case Combine::minimum:
      return f([](C a, C b) { return static_cast<C>(formula::Minimum()(a, b)); });
    default:
      return f([](C, C b) { return b; });
  }
}

}  // namespace triptych
