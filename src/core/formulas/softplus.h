// leaky_relu, elu and softplus.
#pragma once

#include "core/kernels/vector_math.h"

namespace triptych::formula {

struct LeakyRelu {
  double slope;
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return x > 0 ? x : x * static_cast<T>(slope);
  }
};
struct Elu {
  double alpha;
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return x > 0 ? x : static_cast<T>(alpha) * math::expm1(x);
  }
};
struct Softplus {
  double beta, threshold;
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    const T b = static_cast<T>(beta), scaled = x * b;
    return scaled > static_cast<T>(threshold) ? x : math::log1p(math::exp(scaled)) / b;
  }
};

}  // namespace triptych::formula
