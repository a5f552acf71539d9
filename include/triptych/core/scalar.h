// A C++ number that an op takes where a tensor could stand.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "triptych/core/dtype.h"

namespace triptych {

/// A number that stands where options could: as a template it never takes `{}` or `{...}`, which are options.
template <class T>
concept Number = std::is_arithmetic_v<T> && !std::same_as<T, bool>;
/// One that stands where a count or an axis does: 1.5 does not compile.
template <class T>
concept WholeNumber = Number<T> && std::is_integral_v<T>;

/// A boolean, an integer or a floating-point number, with the category kept: a scalar never widens a tensor of its own
/// or a higher category.
class Scalar {
 public:
  enum class Kind : std::uint8_t { boolean, integer, floating };

  template <class T>
  requires std::is_arithmetic_v<T>
  constexpr Scalar(T value)
      : kind_(std::is_same_v<T, bool> ? Kind::boolean
              : std::is_integral_v<T> ? Kind::integer
                                      : Kind::floating) {
    if constexpr (std::is_floating_point_v<T>) {
      floating_ = value;
    } else {
      integer_ = static_cast<std::int64_t>(value);
      if constexpr (std::is_unsigned_v<T>)
        if (integer_ < 0) {  // 2^63 and beyond: no integer dtype holds it, and none is told another number
          kind_ = Kind::floating;
          floating_ = static_cast<double>(value);
        }
    }
  }

  constexpr Kind kind() const { return kind_; }
  constexpr double to_double() const { return kind_ == Kind::floating ? floating_ : static_cast<double>(integer_); }
  /// Without the fraction; the nearest that int64 has, and 0 for NaN.
  constexpr std::int64_t to_int() const {
    using Limits = std::numeric_limits<std::int64_t>;
    if (kind_ != Kind::floating) return integer_;
    if (floating_ >= 0x1p63) return Limits::max();
    if (floating_ < -0x1p63) return Limits::min();
    return floating_ == floating_ ? static_cast<std::int64_t>(floating_) : 0;
  }
  /// The dtype of the result when this meets a tensor of `dtype`: that dtype, unless the scalar's category is higher.
  TRIPTYCH_API DType result_type(DType dtype) const;
  /// The dtype that it has alone: bool, int64 or float32.
  constexpr DType dtype() const {
    return kind_ == Kind::floating ? float32 : kind_ == Kind::integer ? int64 : triptych::boolean;
  }

 private:
  union {
    double floating_;
    std::int64_t integer_;
  };
  Kind kind_;
};

}  // namespace triptych
