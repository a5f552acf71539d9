// leaky_relu, elu, softplus and what is made of it, and their backward ops.
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
struct LeakyReluGrad {
  double slope;
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T upstream, T x) const {
    return x > 0 ? upstream : upstream * static_cast<T>(slope);
  }
};

struct Elu {
  double alpha;
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return x > 0 ? x : static_cast<T>(alpha) * math::expm1(x);
  }
  template <class T>
  TRIPTYCH_HOST_DEVICE bool is_usual(T x) const {
    return x > 0;
  }
  template <class T>
  TRIPTYCH_HOST_DEVICE auto usual(T x) const {
    return x;
  }
};
struct EluGrad {
  double alpha;
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T upstream, T x) const {
    return x > 0 ? upstream : upstream * (math::exp(x > 0 ? T(0) : x) * static_cast<T>(alpha));
  }
  template <class T>
  TRIPTYCH_HOST_DEVICE bool is_usual(T, T x) const {
    return x > 0;
  }
  template <class T>
  TRIPTYCH_HOST_DEVICE auto usual(T upstream, T) const {
    return upstream;
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
struct SoftplusGrad {
  double beta, threshold;
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T upstream, T x) const {
    const T scaled = x * static_cast<T>(beta);
    return scaled > static_cast<T>(threshold) ? upstream : upstream * math::sigmoid(scaled);
  }
};

/// ln sigmoid(x) = -softplus(-x). Beyond the threshold softplus(y) is y: at 40 that is right to the last bit in
/// float64, too.
struct LogSigmoid {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return -Softplus{1, 40}(-x);
  }
};

/// x tanh(softplus(x)).
struct Mish {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return x * math::tanh(Softplus{1, 20}(x));
  }
};
/// upstream (t + x (1 - t^2) sigmoid(x)), t = tanh(softplus(x)): beyond softplus's threshold 1 - t^2 is 0.
struct MishGrad {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T upstream, T x) const {
    const T t = math::tanh(Softplus{1, 20}(x));
    return upstream * (t + x * (1 - t * t) * math::sigmoid(x));
  }
};

}  // namespace triptych::formula
