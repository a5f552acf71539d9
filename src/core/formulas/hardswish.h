// hardswish and its backward op.
#pragma once

#include "triptych/core/export.h"

namespace triptych::formula {

/// x (clip(x, -3, 3) + 3) / 6.
struct Hardswish {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    const T low = x < T(-3) ? T(-3) : x;  // a NaN stays one
    return x * ((low > T(3) ? T(3) : low) + T(3)) / T(6);
  }
};
/// 0 up to -3, upstream from 3 on, upstream (x / 3 + 1 / 2) between.
struct HardswishGrad {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T upstream, T x) const {
    const T inside = upstream * (x * T(1.0 / 3) + T(0.5));
    const T result = x >= T(3) ? upstream : inside;
    return x <= T(-3) ? T(0) : result;
  }
};

}  // namespace triptych::formula
