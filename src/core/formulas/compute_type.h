// What type an element's formula computes in. Read by the run-time compiler too: no include that it does not know.
#pragma once

#include <type_traits>

#include "triptych/core/dtype.h"

namespace triptych {

/// Arithmetic is done in float for the 16-bit types, in the type itself for the others.
template <class T>
using compute_type = std::conditional_t<std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>, float, T>;

/// A formula that has a faster form for usual elements: where `is_usual(x...)`, `usual(x...)` gives the bits of the
/// formula itself. Loops that see many elements ask once for a block of them.
template <class F, class... C>
concept HasUsual = (std::is_same_v<C, float> && ...) && requires(const F& f, C... x) {
  f.usual(x...);
};

/// A formula between element types: computes in the compute type of the inputs, gives `Out`.
template <class Out, class F>
struct Rounded {
  F f;
  template <class... T>
  TRIPTYCH_HOST_DEVICE Out operator()(T... x) const {
    return Out(f(static_cast<compute_type<T>>(x)...));
  }
  template <class... T>
  requires HasUsual<F, compute_type<T>...> TRIPTYCH_HOST_DEVICE bool is_usual(T... x) const {
    return f.is_usual(static_cast<compute_type<T>>(x)...);
  }
  template <class... T>
  requires HasUsual<F, compute_type<T>...> TRIPTYCH_HOST_DEVICE Out usual(T... x)
  const { return Out(f.usual(static_cast<compute_type<T>>(x)...)); }
};

}  // namespace triptych
