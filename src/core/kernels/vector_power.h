// Our own float32 power, as vector_math.h.
#pragma once

#include "core/kernels/vector_math.h"

namespace triptych::math {

/// a * b + c in double, rounded once where the instruction set can.
TRIPTYCH_HOST_DEVICE inline double fma(double a, double b, double c) {
  if constexpr (has_fma)
    return __builtin_fma(a, b, c);
  else
    return a * b + c;
}
template <class... Rest>
TRIPTYCH_HOST_DEVICE inline double horner_double(double x, double first, Rest... rest) {
  double sum = first;
  ((sum = fma(sum, x, static_cast<double>(rest))), ...);
  return sum;
}

/// Whether a^b is a normal float, seen from a's exponent: a positive and normal, |b| (|log2 a| + 1) < 126.
TRIPTYCH_HOST_DEVICE inline bool is_usual_power(float a, float b) {
  const std::int32_t bits = std::bit_cast<std::int32_t>(a);
  const bool normal = (bits >= 0x00800000) & (bits < 0x7f800000);
  const float e = static_cast<float>(exponent_of(static_cast<std::uint32_t>(bits)));
  return normal & (std::fabs(b) * (std::fabs(e) + 1.0f) < 126.0f);  // not if b is NaN
}

/// Such a power: 2^(b log2 a), in double, so that what is rounded is the result alone.
TRIPTYCH_HOST_DEVICE inline float usual_power(float a, float b) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(a);
  const std::int32_t exponent = exponent_of(bits);
  const double f = static_cast<double>(mantissa_of(bits, exponent) - 1.0f);  // exact
  const double log2 = horner_double(f, 0.07737057521063338, -0.14283936310382847, 0.14474834893482338,
                                    -0.1431564387201726, 0.1587698163207426, -0.1803006045615906, 0.2061753585416883,
                                    -0.24045316540983316, 0.28853729349710144, -0.3606736748318723, 0.4808983613952011,
                                    -0.7213475208687324, 1.4426950408687058);
  const double t = static_cast<double>(b) * fma(log2, f, static_cast<double>(exponent));
  constexpr double magic = 0x1.8p52;
  const double shifted = t + magic, n = shifted - magic;
  const double power = horner_double(t - n, 0.00015478317260664786, 0.001340069998397523, 0.009617993447460027,
                                     0.055503265436818786, 0.24022651514695545, 0.6931472070252898, 0.9999999999177701);
  return scale(static_cast<float>(power), static_cast<std::int32_t>(std::bit_cast<std::int64_t>(shifted)));
}

/// a^b; what is not usual by the standard library.
TRIPTYCH_HOST_DEVICE inline float pow(float a, float b) {
  return is_usual_power(a, b) ? usual_power(a, b) : std::pow(a, b);
}
TRIPTYCH_HOST_DEVICE inline double pow(double a, double b) { return std::pow(a, b); }

}  // namespace triptych::math
