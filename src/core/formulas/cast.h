// Conversion of an element.
#pragma once

#include "core/formulas/compute_type.h"

namespace triptych::formula {

template <class To, class From>
TRIPTYCH_HOST_DEVICE To converted(From value) {
  constexpr bool to_half = std::is_same_v<To, Float16> || std::is_same_v<To, BFloat16>;
  if constexpr (std::is_same_v<To, From>)
    return value;
  else if constexpr (!std::is_same_v<compute_type<From>, From>)
    return converted<To>(static_cast<float>(value));
  else if constexpr (to_half)
    return To(static_cast<float>(value));
  else if constexpr (std::is_same_v<To, bool>)
    return value != From(0);
  else
    return static_cast<To>(value);
}

template <class To>
struct Cast {
  template <class From>
  TRIPTYCH_HOST_DEVICE To operator()(From value) const {
    return converted<To>(value);
  }
};

}  // namespace triptych::formula
