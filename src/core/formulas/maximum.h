// maximum, minimum and clip; a NaN is kept.
#pragma once

#include <algorithm>
#include <limits>

#include "core/formulas/elements.h"
#include "core/ops/clip.h"

namespace triptych::formula {

struct Maximum {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return a > b || a != a ? a : b;
  }
};
struct Minimum {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T a, T b) const {
    return a < b || a != a ? a : b;
  }
};

template <class C>
struct Clip {
  C min, max;
  template <class T>
  TRIPTYCH_HOST_DEVICE T operator()(T x) const {
    C value = static_cast<C>(x);
    value = value < min ? min : value;
    return T(value > max ? max : value);
  }
};

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
