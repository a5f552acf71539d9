// Exponential, logarithmic, trigonometric and hyperbolic functions, and rounding, elementwise. Integers and booleans
// become float32 (rounding leaves integers as they are); 16-bit types are computed in float32. Our own float32
// functions are within 2 units in the last place, and an element's bits depend on its value only.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// e^x.
TRIPTYCH_API Tensor exp(Arg x);
/// 2^x.
TRIPTYCH_API Tensor exp2(Arg x);
/// e^x - 1, exact near 0.
TRIPTYCH_API Tensor expm1(Arg x);
/// The natural logarithm: -infinity at 0, NaN below.
TRIPTYCH_API Tensor log(Arg x);
/// ln(1 + x), exact near 0.
TRIPTYCH_API Tensor log1p(Arg x);
TRIPTYCH_API Tensor log2(Arg x);
TRIPTYCH_API Tensor log10(Arg x);
/// The error function: 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.
TRIPTYCH_API Tensor erf(Arg x);

TRIPTYCH_API Tensor sin(Arg x);
TRIPTYCH_API Tensor cos(Arg x);
TRIPTYCH_API Tensor tan(Arg x);
TRIPTYCH_API Tensor asin(Arg x);
TRIPTYCH_API Tensor acos(Arg x);
TRIPTYCH_API Tensor atan(Arg x);
/// The angle of the point (x, y), in (-pi, pi].
TRIPTYCH_API Tensor atan2(Arg y, Arg x);
TRIPTYCH_API Tensor sinh(Arg x);
TRIPTYCH_API Tensor cosh(Arg x);
TRIPTYCH_API Tensor asinh(Arg x);
TRIPTYCH_API Tensor acosh(Arg x);
TRIPTYCH_API Tensor atanh(Arg x);

// Rounding; the gradient is zero.

/// The largest integer not above x.
TRIPTYCH_API Tensor floor(Arg x);
/// The smallest integer not below x.
TRIPTYCH_API Tensor ceil(Arg x);
/// The nearest integer; halves go to the even one.
TRIPTYCH_API Tensor round(Arg x);
/// x without its fraction.
TRIPTYCH_API Tensor trunc(Arg x);

}  // namespace triptych
