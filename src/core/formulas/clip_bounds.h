// clip's bounds in a dtype, from its attributes.
#pragma once

#include <algorithm>
#include <limits>
#include <type_traits>

#include "core/formulas/maximum.h"
#include "core/ops/arithmetic/clip.h"

namespace triptych::formula {

template <class C>
C lowest() {
  return std::is_floating_point_v<C> ? -std::numeric_limits<C>::infinity() : std::numeric_limits<C>::lowest();
}
template <class C>
C highest() {
  return std::is_floating_point_v<C> ? std::numeric_limits<C>::infinity() : std::numeric_limits<C>::max();
}

/// A bound in the dtype; for integers, cut to what they can hold.
template <class C>
C bound(Scalar value) {
  if constexpr (std::is_floating_point_v<C>)
    return static_cast<C>(value.to_double());
  else
    return static_cast<C>(std::clamp<std::int64_t>(value.to_int(), lowest<C>(), highest<C>()));
}

template <class C>
Clip<C> clip(const ClipAttributes& attributes) {
  return {attributes.has_min ? bound<C>(attributes.min) : lowest<C>(),
          attributes.has_max ? bound<C>(attributes.max) : highest<C>()};
}

}  // namespace triptych::formula
