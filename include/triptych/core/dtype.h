// Element types and their promotion.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iosfwd>
#include <string>
#include <string_view>

#include "triptych/core/export.h"
#include "triptych/core/location.h"

namespace triptych {

class Text;  // triptych/core/text.h

/// Element type of a tensor.
enum class DType : std::uint8_t { float32, float64, float16, bfloat16, int8, uint8, int32, int64, boolean };

inline constexpr int dtype_count = 9;
inline constexpr DType float32 = DType::float32;
inline constexpr DType float64 = DType::float64;
inline constexpr DType float16 = DType::float16;
inline constexpr DType bfloat16 = DType::bfloat16;
inline constexpr DType int8 = DType::int8;
inline constexpr DType uint8 = DType::uint8;
inline constexpr DType int32 = DType::int32;
inline constexpr DType int64 = DType::int64;
inline constexpr DType boolean = DType::boolean;

/// IEEE 754 binary16 as stored in memory; arithmetic is done in float.
struct Float16 {
  std::uint16_t bits = 0;
  Float16() = default;
  TRIPTYCH_HOST_DEVICE explicit inline Float16(float value);
  TRIPTYCH_HOST_DEVICE explicit inline operator float() const;
};

/// The upper half of an IEEE 754 binary32; arithmetic is done in float.
struct BFloat16 {
  std::uint16_t bits = 0;
  BFloat16() = default;
  TRIPTYCH_HOST_DEVICE explicit inline BFloat16(float value);
  TRIPTYCH_HOST_DEVICE explicit inline operator float() const;
};

constexpr std::size_t size_of(DType dtype) {
  constexpr std::size_t sizes[] = {4, 8, 2, 2, 1, 1, 4, 8, 1};
  return sizes[static_cast<int>(dtype)];
}
constexpr bool is_floating(DType dtype) { return dtype <= DType::bfloat16; }
constexpr bool is_integral(DType dtype) { return dtype > DType::bfloat16 && dtype != DType::boolean; }

/// "float32", "bool", ... as NumPy and PyTorch spell them.
TRIPTYCH_API std::string_view dtype_name(DType dtype);
/// Prints the name.
TRIPTYCH_API std::ostream& operator<<(std::ostream& out, DType dtype);
/// The dtype called `name`; ArgumentError if there is none.
TRIPTYCH_API DType dtype_from_name(Text name, Location where = Location::here());
/// The dtype that holds both, by PyTorch's table (https://pytorch.org/docs/stable/tensor_attributes.html).
TRIPTYCH_API DType promote_types(DType a, DType b);

/// The DType of a C++ element type.
template <class T>
struct dtype_of;
template <>
struct dtype_of<float> {
  static constexpr DType value = float32;
};
template <>
struct dtype_of<double> {
  static constexpr DType value = float64;
};
template <>
struct dtype_of<Float16> {
  static constexpr DType value = float16;
};
template <>
struct dtype_of<BFloat16> {
  static constexpr DType value = bfloat16;
};
template <>
struct dtype_of<std::int8_t> {
  static constexpr DType value = int8;
};
template <>
struct dtype_of<std::uint8_t> {
  static constexpr DType value = uint8;
};
template <>
struct dtype_of<std::int32_t> {
  static constexpr DType value = int32;
};
template <>
struct dtype_of<std::int64_t> {
  static constexpr DType value = int64;
};
template <>
struct dtype_of<long long> {
  static constexpr DType value = int64;
};
template <>
struct dtype_of<bool> {
  static constexpr DType value = boolean;
};

namespace detail {
TRIPTYCH_HOST_DEVICE inline std::uint32_t float_bits(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}
TRIPTYCH_HOST_DEVICE inline float bits_float(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}
}  // namespace detail

TRIPTYCH_HOST_DEVICE inline BFloat16::BFloat16(float value) {
  const std::uint32_t word = detail::float_bits(value);
  const std::uint32_t rounded = (word + 0x7fff + (word >> 16 & 1)) >> 16;  // round to nearest, ties to even
  bits = static_cast<std::uint16_t>(value != value ? (word >> 16 | 0x40) : rounded);
}
TRIPTYCH_HOST_DEVICE inline BFloat16::operator float() const {
  return detail::bits_float(static_cast<std::uint32_t>(bits) << 16);
}

TRIPTYCH_HOST_DEVICE inline Float16::Float16(float value) {
#if defined(__FLT16_MANT_DIG__) && !defined(__CUDACC__)
  const _Float16 half = static_cast<_Float16>(value);
  std::memcpy(&bits, &half, sizeof bits);
#else
  // Denormals come out by letting the float adder round against 0.5; others round to nearest, ties to even.
  const std::uint32_t word = detail::float_bits(value), sign = word >> 16 & 0x8000, magnitude = word & 0x7fffffff;
  std::uint32_t result;
  if (magnitude >= 0x47800000) {
    result = magnitude > 0x7f800000 ? 0x7e00 : 0x7c00;  // NaN, overflow to infinity
  } else if (magnitude < 0x38800000) {
    result = detail::float_bits(detail::bits_float(magnitude) + 0.5f) - 0x3f000000;  // denormal: let the adder round
  } else {
    result = (magnitude - 0x38000000 + 0xfff + (magnitude >> 13 & 1)) >> 13;
  }
  bits = static_cast<std::uint16_t>(sign | result);
#endif
}
TRIPTYCH_HOST_DEVICE inline Float16::operator float() const {
#if defined(__FLT16_MANT_DIG__) && !defined(__CUDACC__)
  _Float16 half;
  std::memcpy(&half, &bits, sizeof bits);
  return static_cast<float>(half);
#else
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000) << 16, magnitude = bits & 0x7fff;
  std::uint32_t word;
  if (magnitude >= 0x7c00) {
    word = 0x7f800000 | magnitude << 13;
  } else if (magnitude < 0x0400) {
    word = detail::float_bits(static_cast<float>(magnitude) * 0x1p-24f);
  } else {
    word = (magnitude << 13) + 0x38000000;
  }
  return detail::bits_float(sign | word);
#endif
}

}  // namespace triptych
