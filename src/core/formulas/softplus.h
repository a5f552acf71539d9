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
/// upstream (t + x (1 - t^2) sigmoid(x)), t = tanh(softplus(x)). With e = e^x, n = e^2 + 2 e: t = n / (n + 2) and
/// 1 - t^2 = 4 (n + 1) / (n + 2)^2, so that there is one exponential; beyond softplus's threshold t is 1.
struct MishGrad {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T upstream, T x) const {
    const T e = math::exp(x > T(20) ? T(20) : x), n = e * (e + 2), inverse = 1 / (n + 2);
    return upstream * (n * inverse + x * (4 * (n + 1) * inverse * inverse) * (e / (1 + e)));
  }
};

}  // namespace triptych::formula
