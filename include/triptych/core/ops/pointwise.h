// More elementwise arithmetic, with the broadcasting and promotion of arithmetic.h: bounds, signs, remainders, shifts,
// and PyTorch's combinations.
#pragma once

#include <concepts>
#include <optional>

#include "triptych/core/ops/arithmetic.h"
#include "triptych/core/ops/shape.h"

namespace triptych {

// --- Bounds ---

/// x between `min` and `max`, tensors that broadcast with it, of which one may be left out: minimum(maximum(x, min),
/// max), so that `max` wins where they cross, NaN anywhere is NaN, and equal ones share the gradient.
TRIPTYCH_API Tensor clip(Arg x, const Tensor& min, const Tensor& max = {});
/// The same with a number for one of the two. Templates, so that `{}` stays a bound that is left out.
template <std::same_as<Tensor> T>
Tensor clip(Arg x, const T& min, Scalar max) {
  const Location where = x.where();
  return clip(Arg(clip(std::move(x), min), where), {}, max);
}
template <std::same_as<Tensor> T>
Tensor clip(Arg x, Scalar min, const T& max) {
  const Location where = x.where();
  return clip(Arg(clip(std::move(x), min), where), Tensor(), max);
}
/// PyTorch's name of `clip`.
inline Tensor clamp(Arg x, std::optional<Scalar> min, std::optional<Scalar> max = {}) {
  return clip(std::move(x), min, max);
}
inline Tensor clamp(Arg x, const Tensor& min, const Tensor& max = {}) { return clip(std::move(x), min, max); }
template <std::same_as<Tensor> T>
Tensor clamp(Arg x, const T& min, Scalar max) {
  return clip(std::move(x), min, max);
}
template <std::same_as<Tensor> T>
Tensor clamp(Arg x, Scalar min, const T& max) {
  return clip(std::move(x), min, max);
}
inline Tensor clamp_min(Arg x, Scalar min) { return clip(std::move(x), min); }
inline Tensor clamp_min(Arg x, const Tensor& min) { return clip(std::move(x), min); }
inline Tensor clamp_max(Arg x, Scalar max) { return clip(std::move(x), {}, max); }
inline Tensor clamp_max(Arg x, const Tensor& max) { return clip(std::move(x), Tensor(), max); }

/// The larger (smaller) of a and b; where one is NaN, the other. Where they are equal, each gets half of the gradient.
TRIPTYCH_API Tensor fmax(Arg a, Arg b);
TRIPTYCH_API Tensor fmin(Arg a, Arg b);
/// x with NaN, infinity and -infinity replaced; the infinities by the largest and the lowest finite number of its dtype
/// where none is given. The gradient is 0 there.
/// @throws ArgumentError if the dtype cannot hold a number.
TRIPTYCH_API Tensor nan_to_num(Arg x, double nan = 0, std::optional<double> posinf = {},
                               std::optional<double> neginf = {});

// --- Signs ---

/// |a| with the sign of b, that of zeros included; integers become float32. The gradient of b is zero, that of a is 0
/// where a is.
TRIPTYCH_API Tensor copysign(Arg a, Arg b);
/// Whether the sign is a minus, which -0 has; bool.
TRIPTYCH_API Tensor signbit(Arg x);
/// 0 where x < 0 or NaN, 1 where x > 0, `values` where x is 0, which gets the gradient there.
TRIPTYCH_API Tensor heaviside(Arg x, Arg values);
/// `sign` of real numbers.
inline Tensor sgn(Arg x) { return sign(std::move(x)); }
/// PyTorch's name of `neg`.
inline Tensor negative(Arg x) { return neg(std::move(x)); }
/// x itself. ArgumentError for bool.
TRIPTYCH_API Tensor positive(Arg x);

// --- Quotients and combinations ---

/// a - trunc(a / b) b, as C's fmod: the result has a's sign. Integers stay integers.
/// @throws ArgumentError if an integer is divided by zero, or for bool.
TRIPTYCH_API Tensor fmod(Arg a, Arg b);
/// PyTorch's name of `div`.
inline Tensor true_divide(Arg a, Arg b) { return div(std::move(a), std::move(b)); }
/// x - trunc(x), with x's sign.
/// @throws ArgumentError if x is not floating-point.
TRIPTYCH_API Tensor frac(Arg x);
/// other - alpha x.
TRIPTYCH_API Tensor rsub(Arg x, Arg other, Scalar alpha = 1);
/// x 2^exponent, in two steps, so that only the result overflows. Integers become float32.
TRIPTYCH_API Tensor ldexp(Arg x, Arg exponent);
/// input + value a b. Rounded once in 16 bits.
/// @throws ArgumentError if all are integers and `value` has a fraction.
TRIPTYCH_API Tensor addcmul(Arg input, Arg tensor1, Arg tensor2, Scalar value = 1);
/// input + value a / b. Rounded once in 16 bits.
/// @throws ArgumentError if all are integers.
TRIPTYCH_API Tensor addcdiv(Arg input, Arg tensor1, Arg tensor2, Scalar value = 1);
/// Degrees as radians, and radians as degrees; integers become float32.
TRIPTYCH_API Tensor deg2rad(Arg x);
TRIPTYCH_API Tensor rad2deg(Arg x);

// --- Bits ---

/// a's bits moved up (down) by b places; a signed integer's sign comes in from above. Beyond the dtype's bits, and for
/// negative b, nothing of a is left but that sign.
/// @throws ArgumentError unless both are integers.
TRIPTYCH_API Tensor bitwise_left_shift(Arg a, Arg b);
TRIPTYCH_API Tensor bitwise_right_shift(Arg a, Arg b);
inline Tensor operator<<(Arg a, Arg b) { return bitwise_left_shift(std::move(a), std::move(b)); }
inline Tensor operator>>(Arg a, Arg b) { return bitwise_right_shift(std::move(a), std::move(b)); }

// --- Tests, to bool ---

/// Whether |a - b| <= atol + rtol |b| and both are finite, or a equals b, or, with `equal_nan`, both are NaN. 16-bit
/// types are compared in float32, integers in float64.
/// @throws ArgumentError if a tolerance is negative or not finite.
TRIPTYCH_API Tensor isclose(Arg a, Arg b, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false);
/// Whether x is infinity (-infinity).
TRIPTYCH_API Tensor isposinf(Arg x);
TRIPTYCH_API Tensor isneginf(Arg x);
/// True: every dtype is real.
TRIPTYCH_API Tensor isreal(Arg x);

}  // namespace triptych
