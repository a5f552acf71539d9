// Modified Bessel functions of the first kind, elementwise. Integers and booleans become float32; 16-bit types are
// computed in double and rounded once, as all others.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// I_0(x) (I_1(x)): the sum over k of (x / 2)^(2 k) / (k!)^2 (of (x / 2)^(2 k + 1) / (k! (k + 1)!)).
TRIPTYCH_API Tensor i0(Arg x);
TRIPTYCH_API Tensor i1(Arg x);
/// The same times e^-|x|, which does not overflow.
TRIPTYCH_API Tensor i0e(Arg x);
TRIPTYCH_API Tensor i1e(Arg x);

}  // namespace triptych
