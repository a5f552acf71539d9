// Conversions between float and the 16-bit formats, to nearest with ties to even, with CUDA's own NaNs. Held against
// the Toolkit's host functions: every 16-bit value, and every 997th float.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace triptych::cuda::emulator {

inline std::uint16_t float_to_bfloat16(float x) {
  std::uint32_t bits = std::bit_cast<std::uint32_t>(x);
  if (x != x) return 0x7FFF;                                       // the GPU's NaN
  return std::uint16_t((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);  // carries into the exponent, and so to infinity
}

inline float bfloat16_to_float(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t(bits) << 16); }

inline std::uint16_t float_to_half(float x) {
  std::uint32_t bits = std::bit_cast<std::uint32_t>(x);
  std::uint16_t sign = bits >> 16 & 0x8000;
  bits &= 0x7FFFFFFF;
  if (bits > 0x7F800000) return 0x7FFF;
  if (bits >= 0x477FF000) return sign | 0x7C00;  // 65520 and more round to infinity
  if (bits < 0x38800000) {                       // below 2^-14: a multiple of 2^-24
    // Adding 0.5 leaves the sum's last 24 bits worth 2^-24 each: the FPU rounds.
    return sign | (std::bit_cast<std::uint32_t>(std::bit_cast<float>(bits) + 0.5f) - 0x3F000000);
  }
  bits += 0xFFF + (bits >> 13 & 1);
  return sign | (bits - 0x38000000) >> 13;
}

inline float half_to_float(std::uint16_t half) {
  std::uint32_t sign = std::uint32_t(half & 0x8000) << 16, exponent = half >> 10 & 31, fraction = half & 0x3FF;
  if (exponent == 31 && fraction != 0) return std::bit_cast<float>(0x7FFFFFFF);
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7F800000);
  if (exponent == 0) return std::copysign(std::ldexp(float(fraction), -24), std::bit_cast<float>(sign));
  return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
}

}  // namespace triptych::cuda::emulator

// A 16-bit type whose arithmetic is float's, rounded after each operation.
#define TRIPTYCH_SMALL_FLOAT(Type, from_float, to_float)                        \
  struct alignas(2) Type {                                                      \
    std::uint16_t bits;                                                         \
    Type() = default;                                                           \
    Type(float x) : bits(triptych::cuda::emulator::from_float(x)) {}            \
    Type(double x) : Type(float(x)) {}                                          \
    Type(int x) : Type(float(x)) {}                                             \
    operator float() const { return triptych::cuda::emulator::to_float(bits); } \
  };                                                                            \
  inline Type operator+(Type a, Type b) { return Type(float(a) + float(b)); }   \
  inline Type operator-(Type a, Type b) { return Type(float(a) - float(b)); }   \
  inline Type operator*(Type a, Type b) { return Type(float(a) * float(b)); }   \
  inline Type operator/(Type a, Type b) { return Type(float(a) / float(b)); }   \
  inline Type operator-(Type a) { return Type(-float(a)); }                     \
  inline bool operator==(Type a, Type b) { return float(a) == float(b); }       \
  inline bool operator<(Type a, Type b) { return float(a) < float(b); }         \
  inline bool operator>(Type a, Type b) { return float(a) > float(b); }
