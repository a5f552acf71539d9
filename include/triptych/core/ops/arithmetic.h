// Elementwise arithmetic, with NumPy broadcasting and PyTorch's type promotion: a C++ number never widens a tensor of
// its own or a higher category, and is not rounded to a 16-bit dtype first. All of it is differentiable for floating
// dtypes unless said otherwise.
#pragma once

#include <optional>

#include "triptych/core/tensor.h"

namespace triptych {

/// a + b, elementwise. Shapes broadcast; the dtype is the promoted one.
TRIPTYCH_API Tensor add(Arg a, Arg b);
/// a - b, elementwise.
TRIPTYCH_API Tensor sub(Arg a, Arg b);
/// a + alpha b and a - alpha b, as PyTorch's. ArgumentError if integers are given an alpha that is not whole, or truths
/// one that is no truth.
TRIPTYCH_API Tensor add(Arg a, Arg b, Scalar alpha);
TRIPTYCH_API Tensor sub(Arg a, Arg b, Scalar alpha);
/// a * b, elementwise.
TRIPTYCH_API Tensor mul(Arg a, Arg b);
/// a / b, elementwise; integers and booleans are divided as float32.
TRIPTYCH_API Tensor div(Arg a, Arg b);

inline Tensor operator+(Arg a, Arg b) { return add(std::move(a), std::move(b)); }
inline Tensor operator-(Arg a, Arg b) { return sub(std::move(a), std::move(b)); }
inline Tensor operator*(Arg a, Arg b) { return mul(std::move(a), std::move(b)); }
inline Tensor operator/(Arg a, Arg b) { return div(std::move(a), std::move(b)); }

/// a / b rounded down, as Python's `//`. Integers stay integers; ArgumentError if an integer is divided by zero. Its
/// gradient is zero.
TRIPTYCH_API Tensor floor_divide(Arg a, Arg b);
/// a - floor_divide(a, b) * b, as Python's `%`: the result has b's sign. ArgumentError if an integer is divided by
/// zero.
TRIPTYCH_API Tensor remainder(Arg a, Arg b);
/// a raised to b. ArgumentError for an integer raised to a negative integer. d/da = b a^(b-1), d/db = a^b ln a (0 where
/// a is 0 and b is not negative).
TRIPTYCH_API Tensor pow(Arg a, Arg b);
/// The larger of a and b, elementwise; NaN if one is NaN. Where they are equal, each gets half of the gradient.
TRIPTYCH_API Tensor maximum(Arg a, Arg b);
/// The smaller of a and b, elementwise; NaN if one is NaN. Where they are equal, each gets half of the gradient.
TRIPTYCH_API Tensor minimum(Arg a, Arg b);
/// x, but `min` where it is less, and `max` where it is greater; NaN stays NaN. A bound may be left out, not both, and
/// one that cuts nothing may be beyond what the dtype can hold, not one that cuts everything (ArgumentError). The
/// gradient passes where min < x < max, as in PyTorch from 2.15 on.
TRIPTYCH_API Tensor clip(Arg x, std::optional<Scalar> min, std::optional<Scalar> max = {});

/// -x. ArgumentError for bool.
TRIPTYCH_API Tensor neg(Arg x);
inline Tensor operator-(Arg x) { return neg(std::move(x)); }
/// |x|. The derivative at 0 is 0.
TRIPTYCH_API Tensor abs(Arg x);
/// -1, 0 or 1; NaN stays NaN. Its gradient is zero.
TRIPTYCH_API Tensor sign(Arg x);
/// x * x.
TRIPTYCH_API Tensor square(Arg x);
/// The square root; integers and booleans become float32. NaN for negative x.
TRIPTYCH_API Tensor sqrt(Arg x);
/// 1 / sqrt(x); integers and booleans become float32.
TRIPTYCH_API Tensor rsqrt(Arg x);
/// 1 / x; integers and booleans become float32.
TRIPTYCH_API Tensor reciprocal(Arg x);
/// sqrt(a^2 + b^2) without overflow on the way; integers and booleans become float32.
TRIPTYCH_API Tensor hypot(Arg a, Arg b);
/// start + weight (end - start): exactly start at weight 0, end at 1.
TRIPTYCH_API Tensor lerp(Arg start, Arg end, Arg weight);

}  // namespace triptych
