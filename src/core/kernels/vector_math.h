// Our own float32 elementary functions: free of branches, so that a loop over them is vectorised, with explicit fused
// multiply-adds only, so that an element has the same bits in a vector's body, in its tail, and on a GPU.
//
// Method, everywhere: reduce the argument to a small interval, evaluate a minimax polynomial there
// (scripts/make_polynomials.py prints the coefficients), put the parts together. At most 2 units in the last place.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#ifdef __CUDACC__
#define TRIPTYCH_HOST_DEVICE __host__ __device__
#else
#define TRIPTYCH_HOST_DEVICE
#endif

namespace triptych::math {

/// a * b + c, rounded once where the instruction set can (else the bits of that instruction set).
TRIPTYCH_HOST_DEVICE inline float fma(float a, float b, float c) {
#if defined(__FMA__) || defined(__CUDA_ARCH__) || defined(__ARM_FEATURE_FMA)
  return __builtin_fmaf(a, b, c);
#else
  return a * b + c;
#endif
}

/// c[0] x^n + ... + c[n], by Horner's scheme.
template <class... Rest>
TRIPTYCH_HOST_DEVICE inline float horner(float x, float first, Rest... rest) {
  float sum = first;
  ((sum = fma(sum, x, rest)), ...);
  return sum;
}

/// The nearest integer (ties to even) of |x| < 2^22, as a float and as an integer: adding 1.5 * 2^23 leaves no
/// fraction.
struct Nearest {
  float value;
  std::int32_t integer;
};
TRIPTYCH_HOST_DEVICE inline Nearest nearest(float x) {
  constexpr float magic = 0x1.8p23f;
  const float shifted = x + magic;
  return {shifted - magic, std::bit_cast<std::int32_t>(shifted) - std::bit_cast<std::int32_t>(magic)};
}

/// 2^n for -126 <= n <= 127.
TRIPTYCH_HOST_DEVICE inline float power_of_two(std::int32_t n) { return std::bit_cast<float>((n + 127) << 23); }

inline constexpr float ln2_high = 0x1.62e4p-1f, ln2_low = 0x1.7f7d1cp-20f;  // ln 2 in two parts, the first short
inline constexpr float infinity = std::numeric_limits<float>::infinity();

/// e^x: x = n ln 2 + r, |r| <= ln(2) / 2; e^x = 2^n e^r.
TRIPTYCH_HOST_DEVICE inline float exp(float x) {
  x = x < -104.0f ? -104.0f : x;  // 0; a NaN passes
  x = x > 89.0f ? 89.0f : x;      // overflows
  const Nearest n = nearest(x * 1.44269504f);
  float r = fma(n.value, -ln2_high, x);
  r = fma(n.value, -ln2_low, r);
  const float p = horner(r, 0.0001990770688f, 0.001393373241f, 0.00833328627f, 0.04166646302f, 0.1666666716f, 0.5f);
  const float e = fma(r * r, p, r) + 1.0f;
  const std::int32_t half = n.integer >> 1;  // in two steps, since 2^n alone may be denormal or overflow
  return e * power_of_two(half) * power_of_two(n.integer - half);
}

/// ln x: x = 2^e (1 + f), sqrt(1/2) <= 1 + f < sqrt(2); ln x = e ln 2 + f - f^2 / 2 + f^3 Q(f).
TRIPTYCH_HOST_DEVICE inline float log(float x) {
  const bool denormal = x < std::numeric_limits<float>::min();
  const float scaled = denormal ? x * 0x1p23f : x;
  const std::int32_t bits = std::bit_cast<std::int32_t>(scaled);
  const std::int32_t exponent = (bits - 0x3f3504f3) >> 23;  // the bits of sqrt(1/2)
  const float f = std::bit_cast<float>(bits - exponent * (1 << 23)) - 1.0f;
  const float e = static_cast<float>(exponent - (denormal ? 23 : 0));
  const float q = horner(f, 0.07332532108f, -0.1165992916f, 0.11634662f, -0.1239670068f, 0.1425115615f, -0.1666915119f,
                         0.2000068873f, -0.2499998063f, 0.3333333135f);
  float y = q * f * f * f;
  y = fma(e, ln2_low, y);
  y = fma(-0.5f * f, f, y);
  float result = fma(e, ln2_high, f + y);
  result = x == infinity ? infinity : result;
  result = x == 0.0f ? -infinity : result;
  return x >= 0.0f ? result : std::numeric_limits<float>::quiet_NaN();
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

}  // namespace triptych::math
