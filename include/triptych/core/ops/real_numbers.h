// The parts of complex numbers, of real ones: every dtype is real.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// x itself, as its real part and as its conjugate.
TRIPTYCH_API Tensor real(Arg x);
TRIPTYCH_API Tensor conj(Arg x);
/// Zeros.
TRIPTYCH_API Tensor imag(Arg x);
/// pi where x is below 0, else 0; NaN stays NaN. Integers become float32.
TRIPTYCH_API Tensor angle(Arg x);

}  // namespace triptych
