// Divisors of integers, and the steps between floating-point numbers, elementwise. Operands broadcast. Without
// gradients.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// The greatest common divisor of |a| and |b|; 0 of 0 and 0.
/// @throws ArgumentError unless both are integers (lcm, too).
TRIPTYCH_API Tensor gcd(Arg a, Arg b);
/// The least common multiple, 0 if one is 0. Wraps where it does not fit.
TRIPTYCH_API Tensor lcm(Arg a, Arg b);
/// The next number of the dtype after x in the direction of `towards`; `towards` where both are equal.
/// @throws ArgumentError unless the dtype is float32 or float64.
TRIPTYCH_API Tensor nextafter(Arg x, Arg towards);

}  // namespace triptych
