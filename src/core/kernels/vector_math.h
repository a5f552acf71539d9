// Our own float32 elementary functions: free of branches, so that a loop over them is vectorised, with explicit fused
// multiply-adds only, so that an element has the same bits in a vector's body, in its tail, and on a GPU.
//
// Method, everywhere: reduce the argument to a small interval, evaluate a minimax polynomial there
// (scripts/references/make_polynomials.py prints the coefficients), put the parts together. At most 2 units in the last
// place.
//
// Underflow: where e^x, 2^x or a sigmoid would be below 2^-126, the result is 0. Denormal numbers cost a processor a
// hundred cycles each, and a dead unit or a masked score makes thousands of them.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "triptych/core/export.h"

namespace triptych::math {

#if defined(__FMA__) || defined(__CUDA_ARCH__) || defined(__ARM_FEATURE_FMA)
inline constexpr bool has_fma = true;
#else
inline constexpr bool has_fma = false;
#endif

/// a * b + c, rounded once where the instruction set can (else the bits of that instruction set).
TRIPTYCH_HOST_DEVICE inline float fma(float a, float b, float c) {
  if constexpr (has_fma)
    return __builtin_fmaf(a, b, c);
  else
    return a * b + c;
}

/// c[0] x^n + ... + c[n], by Horner's scheme.
template <class... Rest>
TRIPTYCH_HOST_DEVICE inline float horner(float x, float first, Rest... rest) {
  float sum = first;
  ((sum = fma(sum, x, rest)), ...);
  return sum;
}

/// The nearest integer (ties to even) of |x| < 2^22, as a float and as an integer: adding 1.5 * 2^23 leaves no
/// fraction. Beyond it is some number.
struct Nearest {
  float value;
  std::int32_t integer;
};
TRIPTYCH_HOST_DEVICE inline Nearest nearest(float x) {
  constexpr float magic = 0x1.8p23f;
  const float shifted = x + magic;
  return {shifted - magic,
          static_cast<std::int32_t>(std::bit_cast<std::uint32_t>(shifted) - std::bit_cast<std::uint32_t>(magic))};
}

/// 2^n for -126 <= n <= 127, else some number.
TRIPTYCH_HOST_DEVICE inline float power_of_two(std::int32_t n) {
  return std::bit_cast<float>((static_cast<std::uint32_t>(n) + 127u) << 23);
}

inline constexpr float ln2_high = 0x1.62e4p-1f, ln2_low = 0x1.7f7d1cp-20f;  // ln 2 in two parts, the first short
inline constexpr float infinity = std::numeric_limits<float>::infinity();

/// e^r - 1 for |r| <= ln(2) / 2.
TRIPTYCH_HOST_DEVICE inline float expm1_reduced(float r) {
  const float p = horner(r, 0.0001990770688f, 0.001393373241f, 0.00833328627f, 0.04166646302f, 0.1666666716f, 0.5f);
  return fma(r * r, p, r);
}

/// x * 2^n for 0.5 < x < 2 and a normal result: n is added to the exponent.
TRIPTYCH_HOST_DEVICE inline float scale(float x, std::int32_t n) {
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) + (static_cast<std::uint32_t>(n) << 23));
}

/// Between them e^x is normal: ln 2^-126, rounded up, and ln 2^128, rounded down.
inline constexpr float exp_lowest = -0x1.5d589ep6f, exp_highest = 0x1.62e42ep6f;

/// The parts of e^x: x = n ln 2 + r, |r| <= ln(2) / 2; e^x = 2^n e^r.
struct ExpParts {
  float exp_r;
  std::int32_t n;
};
TRIPTYCH_HOST_DEVICE inline ExpParts exp_parts(float x) {
  const Nearest n = nearest(x * 1.44269504f);
  const float r = fma(n.value, -ln2_low, fma(n.value, -ln2_high, x));
  return {expm1_reduced(r) + 1.0f, n.integer};
}

/// e^x; below exp_lowest 0.
TRIPTYCH_HOST_DEVICE inline float exp(float x) {
  const auto [exp_r, n] = exp_parts(x);
  const float result = x < exp_lowest ? 0.0f : scale(exp_r, n);
  return x <= exp_highest ? result : x + infinity;  // a NaN stays one
}

/// The bits of exp(x) for |x| <= 87, where nothing underflows or overflows.
TRIPTYCH_HOST_DEVICE inline float exp_moderate(float x) {
  const auto [exp_r, n] = exp_parts(x);
  return exp_r * power_of_two(n);
}

/// 2^x; below 2^-126 0.
TRIPTYCH_HOST_DEVICE inline float exp2(float x) {
  const Nearest n = nearest(x);
  const float exp_r = expm1_reduced((x - n.value) * 0.693147181f) + 1.0f;
  const float result = x < -126.0f ? 0.0f : scale(exp_r, n.integer);
  return x < 128.0f ? result : x + infinity;  // a NaN stays one
}

/// e^x - 1 = 2^n (e^r - 1) + (2^n - 1), exact near 0; half of it is summed, since 2^128 overflows.
TRIPTYCH_HOST_DEVICE inline float expm1(float x) {
  float y = x < -20.0f ? -20.0f : x;  // -1
  y = y > 89.0f ? 89.0f : y;
  const Nearest n = nearest(y * 1.44269504f);
  const float r = fma(n.value, -ln2_low, fma(n.value, -ln2_high, y));
  const float half = power_of_two(n.integer - 1);
  const float result = fma(expm1_reduced(r), half, half - 0.5f) * 2.0f;
  return x == 0.0f ? x : result;  // keeps -0
}

/// e and 1 + f of a float's bits, sqrt(1/2) <= 1 + f < sqrt(2); a negative float's wrap around to something.
TRIPTYCH_HOST_DEVICE inline std::int32_t exponent_of(std::uint32_t bits) {
  return static_cast<std::int32_t>(bits - 0x3f3504f3u) >> 23;  // the bits of sqrt(1/2)
}
TRIPTYCH_HOST_DEVICE inline float mantissa_of(std::uint32_t bits, std::int32_t exponent) {
  return std::bit_cast<float>(bits - (static_cast<std::uint32_t>(exponent) << 23));
}

/// The parts of a logarithm: x = 2^e (1 + f), sqrt(1/2) <= 1 + f < sqrt(2).
struct LogParts {
  float e, f;
};
TRIPTYCH_HOST_DEVICE inline LogParts split(float x) {
  const bool denormal = x < std::numeric_limits<float>::min();
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(denormal ? x * 0x1p23f : x);
  const std::int32_t exponent = exponent_of(bits);
  return {static_cast<float>(exponent - (denormal ? 23 : 0)), mantissa_of(bits, exponent) - 1.0f};
}

/// f^3 Q(f) of ln(1 + f) = f - f^2 / 2 + f^3 Q(f).
TRIPTYCH_HOST_DEVICE inline float log_tail(float f) {
  const float q = horner(f, 0.07332532108f, -0.1165992916f, 0.11634662f, -0.1239670068f, 0.1425115615f, -0.1666915119f,
                         0.2000068873f, -0.2499998063f, 0.3333333135f);
  return q * f * f * f;
}

/// A logarithm's values outside of (0, infinity).
TRIPTYCH_HOST_DEVICE inline float log_edges(float x, float result) {
  result = x == infinity ? infinity : result;
  result = x == 0.0f ? -infinity : result;
  return x >= 0.0f ? result : std::numeric_limits<float>::quiet_NaN();
}

/// ln x = e ln 2 + ln(1 + f).
TRIPTYCH_HOST_DEVICE inline float log(float x) {
  const auto [e, f] = split(x);
  const float y = fma(-0.5f * f, f, fma(e, ln2_low, log_tail(f)));
  return log_edges(x, fma(e, ln2_high, f + y));
}

/// log2 x = e + ln(1 + f) / ln 2, with 1 / ln 2 = 1 + 0.4427.
TRIPTYCH_HOST_DEVICE inline float log2(float x) {
  const auto [e, f] = split(x);
  const float y = f + fma(-0.5f * f, f, log_tail(f));
  return log_edges(x, e + fma(y, 0.442695041f, y));
}

/// log10 x = e log10(2) + ln(1 + f) / ln 10, with log10(2) in two parts.
TRIPTYCH_HOST_DEVICE inline float log10(float x) {
  const auto [e, f] = split(x);
  const float y = f + fma(-0.5f * f, f, log_tail(f));
  return log_edges(x, fma(e, 0x1.344p-2f, fma(e, 0x1.3509f8p-18f, y * 0.434294482f)));
}

/// ln(1 + x): 1 + x is rounded to u, and what was lost is added to f.
TRIPTYCH_HOST_DEVICE inline float log1p(float x) {
  const float u = 1.0f + x;
  const float lost = x > 1.0f ? 1.0f - (u - x) : x - (u - 1.0f);
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(u);
  const std::int32_t exponent = exponent_of(bits);
  const float e = static_cast<float>(exponent);
  const std::int32_t down = exponent > 126 ? 126 : exponent;  // what was lost is nothing there
  const float f = (mantissa_of(bits, exponent) - 1.0f) + lost * power_of_two(-down);
  const float y = fma(-0.5f * f, f, fma(e, ln2_low, log_tail(f)));
  const float result = log_edges(u, fma(e, ln2_high, f + y));
  return x == 0.0f ? x : result;  // keeps -0
}

/// tanh x = -e / (e + 2) with x's sign, e = e^(-2 |x|) - 1 = s p + (s - 1), s = 2^n; e + 2 = s p + (s + 1), rounded once.
TRIPTYCH_HOST_DEVICE inline float tanh(float x) {
  const float a = std::fabs(x), y = -2.0f * (a > 10.0f ? 10.0f : a);
  const Nearest n = nearest(y * 1.44269504f);
  const float p = expm1_reduced(fma(n.value, -ln2_low, fma(n.value, -ln2_high, y))), s = power_of_two(n.integer);
  return std::copysign(fma(p, s, s - 1.0f) / fma(p, s, s + 1.0f), x);
}

/// 1 / (1 + e^-x), 0 where e^x is: with e^x = s / (1 + p), s = 2^n, it is s / (1 + p + s). p is small, so that little is
/// lost in p + s where s is small as well.
TRIPTYCH_HOST_DEVICE inline float sigmoid(float x) {
  const float y = x > -exp_lowest ? -exp_lowest : x;
  const Nearest n = nearest(y * 1.44269504f);
  const float p = expm1_reduced(fma(n.value, ln2_low, fma(n.value, ln2_high, -y)));
  const float s = power_of_two(n.integer), result = s / ((p + s) + 1.0f);
  return x < exp_lowest ? 0.0f : result;
}

/// erf x for |x| < erf_near, x P(x^2).
inline constexpr float erf_near = 0.9f;
TRIPTYCH_HOST_DEVICE inline float erf_of_near(float x) {
  const float z = x * x;
  return fma(x,
             horner(z, 8.538839757e-5f, -0.000818192726f, 0.005204435904f, -0.02686075307f, 0.1128371954f,
                    -0.376126349f, 0.128379167f),
             x);
}

/// erf x: near 0 as above, else 1 - e^G(|x|) with x's sign, where G approximates ln erfc.
TRIPTYCH_HOST_DEVICE inline float erf(float x) {
  const float near = erf_of_near(x);
  float a = std::fabs(x);
  a = a > 4.0f ? 4.0f : a;
  const float g = horner(a, -2.090955422e-5f, 0.0004323030589f, -0.004160527606f, 0.02509149909f, -0.1082366258f,
                         -0.6333866715f, -1.129495144f, 0.0001705525065f);
  const float far = std::copysign(1.0f - exp_moderate(g), x);
  return a < erf_near ? near : far;
}

/// cos(2 pi t) for |t| <= 2^20: quarter turns off, then a polynomial on an eighth.
TRIPTYCH_HOST_DEVICE inline float cos_turns(float t) {
  const Nearest n = nearest(4.0f * t);
  const float r = fma(n.value, -0.25f, t), z = r * r;
  const float cosine = fma(z, horner(z, 59.42434311f, -85.44882202f, 64.9393692f, -19.73920822f), 1.0f);
  const float sine = r * horner(z, -75.40206909f, 81.59255219f, -41.34166336f, 6.283185482f);
  const float value = n.integer & 1 ? sine : cosine;
  const std::int32_t quarter = (n.integer + 1) & 2;  // negative in the second and third quarter: cos, -sin, -cos, sin
  return quarter ? -value : value;
}

// float64 takes the standard library's.
TRIPTYCH_HOST_DEVICE inline double exp(double x) { return std::exp(x); }
TRIPTYCH_HOST_DEVICE inline double exp2(double x) { return std::exp2(x); }
TRIPTYCH_HOST_DEVICE inline double expm1(double x) { return std::expm1(x); }
TRIPTYCH_HOST_DEVICE inline double log(double x) { return std::log(x); }
TRIPTYCH_HOST_DEVICE inline double log2(double x) { return std::log2(x); }
TRIPTYCH_HOST_DEVICE inline double log10(double x) { return std::log10(x); }
TRIPTYCH_HOST_DEVICE inline double log1p(double x) { return std::log1p(x); }
TRIPTYCH_HOST_DEVICE inline double tanh(double x) { return std::tanh(x); }
TRIPTYCH_HOST_DEVICE inline double sigmoid(double x) {
  const double e = std::exp(-std::fabs(x));
  return (x < 0 ? e : 1) / (1 + e);
}
TRIPTYCH_HOST_DEVICE inline double erf(double x) { return std::erf(x); }

}  // namespace triptych::math
