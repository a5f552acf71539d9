// gelu and its backward op, exact or by tanh.
#pragma once

#include <cmath>
#include <numbers>

#include "core/kernels/vector_math.h"

namespace triptych::formula {

inline constexpr double sqrt_2_over_pi = 0.79788456080286535588;
inline constexpr double cubic = 0.044715;

/// The normal distribution function Phi(x) = (1 + erf(x / sqrt 2)) / 2.
template <class T>
TRIPTYCH_HOST_DEVICE T normal(T x) {
  return T(0.5) * (1 + math::erf(x * T(std::numbers::sqrt2 / 2)));
}

/// Near 0 erf is a polynomial, and e^(-x^2 / 2) does not underflow.
struct ArgumentsNearZero {
  static constexpr float scale = static_cast<float>(std::numbers::sqrt2 / 2);
  TRIPTYCH_HOST_DEVICE static bool is_near(float x) { return std::fabs(x * scale) < math::erf_near; }
  TRIPTYCH_HOST_DEVICE static float normal(float x) { return 0.5f * (1 + math::erf_of_near(x * scale)); }
};

/// (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, which is the sigmoid of twice the argument.
template <class T>
TRIPTYCH_HOST_DEVICE T normal_by_tanh(T x) {
  return math::sigmoid(T(2 * sqrt_2_over_pi) * (x + T(cubic) * x * x * x));
}

struct Gelu {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return x * normal(x);
  }
  TRIPTYCH_HOST_DEVICE static bool is_usual(float x) { return ArgumentsNearZero::is_near(x); }
  TRIPTYCH_HOST_DEVICE static float usual(float x) { return x * ArgumentsNearZero::normal(x); }
};
struct GeluByTanh {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T x) const {
    return x * normal_by_tanh(x);
  }
};
struct GeluGrad {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T upstream, T x) const {
    const T density = T(std::numbers::inv_sqrtpi / std::numbers::sqrt2) * math::exp(T(-0.5) * x * x);
    return upstream * (normal(x) + x * density);
  }
  TRIPTYCH_HOST_DEVICE static bool is_usual(float, float x) { return ArgumentsNearZero::is_near(x); }
  TRIPTYCH_HOST_DEVICE static float usual(float upstream, float x) {
    const float density =
        static_cast<float>(std::numbers::inv_sqrtpi / std::numbers::sqrt2) * math::exp_moderate(-0.5f * x * x);
    return upstream * (ArgumentsNearZero::normal(x) + x * density);
  }
};
struct GeluByTanhGrad {
  template <class T>
  TRIPTYCH_HOST_DEVICE auto operator()(T upstream, T x) const {
    const T inner = T(sqrt_2_over_pi) * (1 + T(3 * cubic) * x * x), phi = normal_by_tanh(x);
    // with t = 2 phi - 1: (1 - t^2) / 2 = 2 phi (1 - phi)
    return upstream * (phi + x * (2 * phi * (1 - phi)) * inner);
  }
};

}  // namespace triptych::formula
