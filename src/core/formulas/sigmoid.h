// sigmoid, tanh, silu and their backward ops.
#pragma once

#include "core/kernels/vector_math.h"

namespace triptych::formula {

struct Sigmoid {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return math::sigmoid(x);
  }
};
struct SigmoidGrad {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T upstream, T output) const {
    return upstream * (output * (1 - output));
  }
};
struct Tanh {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return math::tanh(x);
  }
};
struct TanhGrad {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T upstream, T output) const {
    return upstream * (1 - output * output);
  }
};
struct Silu {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return x * math::sigmoid(x);
  }
};
struct SiluGrad {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T upstream, T x) const {
    const T s = math::sigmoid(x);
    return upstream * (s * (1 + x * (1 - s)));
  }
};

}  // namespace triptych::formula
