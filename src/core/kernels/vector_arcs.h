// Our own float32 arcs and hyperbolic functions, as vector_math.h.
#pragma once

#include "core/kernels/vector_math.h"

namespace triptych::math {

inline constexpr float half_pi_high = 0x1.921fb6p0f, half_pi_low = -0x1.777a5cp-25f;

/// atan t for 0 <= t <= 1: t + t^3 P(t^2).
TRIPTYCH_HOST_DEVICE inline float atan_of_ratio(float t) {
  const float z = t * t;
  return fma(t * z,
             horner(z, -0.0009854139062f, 0.006453801412f, -0.01978734694f, 0.03894975781f, -0.05805220082f,
                    0.0743721351f, -0.09042066336f, 0.1110553369f, -0.1428538263f, 0.1999999285f, -0.3333333433f),
             t);
}

/// atan x; beyond 1 it is pi / 2 - atan(1 / x).
TRIPTYCH_HOST_DEVICE inline float atan(float x) {
  const float a = std::fabs(x);
  const bool steep = a > 1.0f;
  const float q = atan_of_ratio(steep ? 1.0f / a : a);
  return std::copysign(steep ? half_pi_high + (half_pi_low - q) : q, x);
}

/// The angle of the point (x, y): that of the shorter side over the longer one, seen from the axis that is nearer.
TRIPTYCH_HOST_DEVICE inline float atan2(float y, float x) {
  const float a = std::fabs(y), b = std::fabs(x);
  const bool steep = a > b, behind = std::bit_cast<std::int32_t>(x) < 0;
  const float shorter = steep ? b : a, longer = steep ? a : b;  // a NaN is among them
  float t = shorter / longer;
  t = shorter == longer ? 1.0f : t;  // of infinities, too
  t = longer == 0.0f ? shorter : t;
  const float q = atan_of_ratio(t), toward = steep != behind ? -q : q;
  const float turns = steep ? 1.0f : behind ? 2.0f : 0.0f;  // quarters
  return std::copysign(turns * half_pi_high + (turns * half_pi_low + toward), y);
}

/// asin x = x + x^3 P(x^2) up to 0.55; beyond, asin x = pi / 2 - 2 asin(sqrt((1 - x) / 2)).
struct ArcParts {
  bool steep;   // |x| > 0.55
  float value;  // asin |x|, or asin sqrt((1 - |x|) / 2)
};
TRIPTYCH_HOST_DEVICE inline ArcParts arc_parts(float x) {
  const float a = std::fabs(x);
  const bool steep = a > 0.55f;
  const float z = steep ? 0.5f * (1.0f - a) : a * a, s = steep ? std::sqrt(z) : a;
  const float p =
      horner(z, 0.03986449167f, 0.01327139605f, 0.03194693476f, 0.04452476278f, 0.07500322163f, 0.1666666567f);
  return {steep, fma(s * z, p, s)};
}
TRIPTYCH_HOST_DEVICE inline float asin(float x) {
  const auto [steep, value] = arc_parts(x);
  return std::copysign(steep ? half_pi_high + fma(-2.0f, value, half_pi_low) : value, x);
}
TRIPTYCH_HOST_DEVICE inline float acos(float x) {
  const auto [steep, value] = arc_parts(x);
  const bool behind = x < 0.0f;
  const float twice = 2.0f * value;
  const float near = behind ? 2.0f * half_pi_high + (2.0f * half_pi_low - twice) : twice;
  const float far = half_pi_high + (half_pi_low + (behind ? value : -value));
  return steep ? near : far;
}

/// Where e^|x| / 2 reaches 2^128.
inline constexpr float hyperbolic_highest = 0x1.65a9f8p6f;

/// sinh x = x + x^3 P(x^2) up to 1, then h - 1 / (4 h) with h = e^|x| / 2.
TRIPTYCH_HOST_DEVICE inline float sinh(float x) {
  const float a = std::fabs(x), z = x * x;
  const float near = fma(x * z, horner(z, 2.806300699e-6f, 0.0001983809925f, 0.008333339356f, 0.1666666716f), x);
  const auto [exp_r, n] = exp_parts(a > hyperbolic_highest ? hyperbolic_highest : a);
  const float h = scale(exp_r, n - 1);
  const float far = a <= hyperbolic_highest ? h - 0.25f / h : a * infinity;  // a NaN stays one
  return a < 1.0f ? near : std::copysign(far, x);
}
/// cosh x = h + 1 / (4 h).
TRIPTYCH_HOST_DEVICE inline float cosh(float x) {
  const float a = std::fabs(x);
  const auto [exp_r, n] = exp_parts(a > hyperbolic_highest ? hyperbolic_highest : a);
  const float h = scale(exp_r, n - 1);
  return a <= hyperbolic_highest ? h + 0.25f / h : a * infinity;
}

// float64 takes the standard library's.
TRIPTYCH_HOST_DEVICE inline double atan(double x) { return std::atan(x); }
TRIPTYCH_HOST_DEVICE inline double atan2(double y, double x) { return std::atan2(y, x); }
TRIPTYCH_HOST_DEVICE inline double asin(double x) { return std::asin(x); }
TRIPTYCH_HOST_DEVICE inline double acos(double x) { return std::acos(x); }
TRIPTYCH_HOST_DEVICE inline double sinh(double x) { return std::sinh(x); }
TRIPTYCH_HOST_DEVICE inline double cosh(double x) { return std::cosh(x); }

}  // namespace triptych::math
