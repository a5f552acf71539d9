// What reductions combine with. On the CPU these see scalars and vector registers alike, so they are free of branches.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "core/formulas/elements.h"
#include "triptych/core/export.h"

namespace triptych {

/// What numbers are reduced in: vectors have no bool.
template <class T>
using lane_type = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, compute_type<T>>;

namespace formula {

/// What is summed in. Integers wrap around: they are summed unsigned, since signed overflow is undefined.
template <class In>
using sum_type = std::conditional_t<std::is_integral_v<In>, std::uint64_t, compute_type<In>>;

/// What sums are kept in that grow element by element, where the error of each step would add up.
template <class Out>
using running_sum_type = std::conditional_t<std::is_integral_v<Out>, std::uint64_t, double>;

/// The element itself; the output's parameter is not used.
struct PickFirst {
  template <class P, class T>
  TRIPTYCH_HOST_DEVICE constexpr T operator()(const P&, const T& x) const {
    return x;
  }
};

/// Its square.
struct PickSquare {
  template <class P, class T>
  TRIPTYCH_HOST_DEVICE constexpr T operator()(const P&, const T& x) const {
    return x * x;
  }
};

struct DivideBy {
  double divisor;
  template <class C>
  TRIPTYCH_HOST_DEVICE C operator()(C x) const {
    return x / static_cast<C>(divisor);
  }
};

/// Whether `a` comes before `b` where the largest (smallest) is looked for: a NaN is beyond all numbers.
template <bool largest>
struct Beyond {
  template <class C>
  TRIPTYCH_HOST_DEVICE bool operator()(C a, C b) const {
    return (largest ? a > b : a < b) || (a != a && b == b);
  }
};

struct AddUp {
  template <class T>
  TRIPTYCH_HOST_DEVICE constexpr T operator()(const T& a, const T& b) const {
    return a + b;
  }
};
struct MultiplyUp {
  template <class T>
  TRIPTYCH_HOST_DEVICE constexpr T operator()(const T& a, const T& b) const {
    return a * b;
  }
};

/// Whether T, or the lanes of a vector T, are integers: these have no NaN, and g++ 12 fails on the choice for one.
template <class T>
constexpr bool integral_lanes() {
  if constexpr (requires(const T& lanes) { lanes[0]; })
    return std::is_integral_v<std::remove_cvref_t<decltype(std::declval<const T&>()[0])>>;
  else
    return std::is_integral_v<T>;
}

/// The larger (smaller) one; NaN if one is. `b` is what was not seen before: a running result waits for one instruction
/// of it.
struct Larger {
  template <class T>
  TRIPTYCH_HOST_DEVICE constexpr T operator()(const T& a, const T& b) const {
    const T larger = b > a ? b : a;
    if constexpr (integral_lanes<T>())
      return larger;
    else
      return b != b ? b : larger;
  }
};
struct Smaller {
  template <class T>
  TRIPTYCH_HOST_DEVICE constexpr T operator()(const T& a, const T& b) const {
    const T smaller = b < a ? b : a;
    if constexpr (integral_lanes<T>())
      return smaller;
    else
      return b != b ? b : smaller;
  }
};

/// Of two elements, one that differs from zero (that is zero), if there is one.
struct AnyOf {
  template <class T>
  TRIPTYCH_HOST_DEVICE constexpr T operator()(const T& a, const T& b) const {
    return a != 0 ? a : b;
  }
};
struct AllOf {
  template <class T>
  TRIPTYCH_HOST_DEVICE constexpr T operator()(const T& a, const T& b) const {
    return a == 0 ? a : b;
  }
};

/// Distance from the mean, squared.
struct SquaredDistance {
  template <class T>
  TRIPTYCH_HOST_DEVICE constexpr T operator()(const T& mean, const T& x) const {
    return (x - mean) * (x - mean);
  }
};

/// Equal, where NaN equals NaN.
struct Ties {
  template <class T>
  TRIPTYCH_HOST_DEVICE constexpr auto operator()(const T& x, const T& extreme) const {
    return (x == extreme) | ((x != x) & (extreme != extreme));
  }
};

/// The identity of Larger (of Smaller).
template <class T>
constexpr T lowest_value() {
  if constexpr (std::is_floating_point_v<T>)
    return -std::numeric_limits<T>::infinity();
  else
    return std::numeric_limits<T>::lowest();
}
template <class T>
constexpr T highest_value() {
  if constexpr (std::is_floating_point_v<T>)
    return std::numeric_limits<T>::infinity();
  else
    return std::numeric_limits<T>::max();
}

}  // namespace formula
}  // namespace triptych
