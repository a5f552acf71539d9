// Functions that nvcc knows without an include. The <math.h> ones (expf, fmaf, erff) are the host's.
#pragma once

#include <math.h>

#include <bit>
#include <cstdint>
#include <type_traits>

template <class T>
T __ldg(const T* address) {
  return *address;
}

inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
inline double rsqrt(double x) { return 1.0 / sqrt(x); }

// A GPU's fast approximations; here they are as exact as the plain functions.
inline float __expf(float x) { return expf(x); }
inline float __logf(float x) { return logf(x); }
inline float __fdividef(float x, float y) { return x / y; }

// Operations that nvcc never contracts into a fused multiply-add; the emulated build contracts nothing.
inline float __fadd_rn(float x, float y) { return x + y; }
inline float __fmul_rn(float x, float y) { return x * y; }
inline float __fmaf_rn(float x, float y, float z) { return fmaf(x, y, z); }

inline int __float_as_int(float x) { return std::bit_cast<int>(x); }
inline float __int_as_float(int x) { return std::bit_cast<float>(x); }
inline unsigned __float_as_uint(float x) { return std::bit_cast<unsigned>(x); }
inline float __uint_as_float(unsigned x) { return std::bit_cast<float>(x); }

inline int __popc(unsigned x) { return std::popcount(x); }
inline int __clz(int x) { return std::countl_zero(unsigned(x)); }
inline int __ffs(int x) { return x == 0 ? 0 : std::countr_zero(unsigned(x)) + 1; }
inline unsigned __umulhi(unsigned x, unsigned y) { return unsigned(std::uint64_t(x) * y >> 32); }

#define TRIPTYCH_MIN_MAX(T)                           \
  constexpr T min(T a, T b) { return b < a ? b : a; } \
  constexpr T max(T a, T b) { return a < b ? b : a; }
TRIPTYCH_MIN_MAX(int)
TRIPTYCH_MIN_MAX(unsigned)
TRIPTYCH_MIN_MAX(long)
TRIPTYCH_MIN_MAX(unsigned long)
TRIPTYCH_MIN_MAX(long long)
TRIPTYCH_MIN_MAX(unsigned long long)
#undef TRIPTYCH_MIN_MAX
// Of floats, a NaN loses, as in fmin and fmax.
inline float min(float a, float b) { return fminf(a, b); }
inline float max(float a, float b) { return fmaxf(a, b); }
inline double min(double a, double b) { return fmin(a, b); }
inline double max(double a, double b) { return fmax(a, b); }
