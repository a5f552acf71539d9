// What type an element's formula computes in. Read by the run-time compiler too: no include that it does not know.
#pragma once

#include <type_traits>

#include "triptych/core/dtype.h"

namespace triptych {

/// Arithmetic is done in float for the 16-bit types, in the type itself for the others.
template <class T>
using compute_type = std::conditional_t<std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>, float, T>;

/// A formula between element types: computes in the compute type of the inputs, gives `Out`.
template <class Out, class F>
struct Rounded {
  F f;
  template <class... T>
  TRIPTYCH_HOST_DEVICE Out operator()(T... x) const {
    return Out(f(static_cast<compute_type<T>>(x)...));
  }
};

}  // namespace triptych
