// Conversion of an element.
#pragma once

#include <cmath>

#include "core/formulas/compute_type.h"

namespace triptych::formula {

/// `value` toward zero, in an int32 or int64; the smallest of these where it fits none, as NaN does. That is what x86
/// makes of it; the language leaves it undefined, other processors saturate.
template <class Whole, class Floating>
TRIPTYCH_HOST_DEVICE Whole truncated(Floating value) {
  constexpr Floating end = sizeof(Whole) == 8 ? 0x1p63 : 0x1p31;
  return static_cast<Whole>(std::fabs(value) < end ? value : -end);
}

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
  else if constexpr (std::is_floating_point_v<From> &&
                     std::is_integral_v<To>)  // 8 bits are the lowest of 32, as NumPy's
    return static_cast<To>(truncated<std::conditional_t<sizeof(To) == 8, std::int64_t, std::int32_t>>(value));
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
