// Softmax along an axis.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// softmax(x)_i = exp(x_i - m) / sum over j of exp(x_j - m), m the largest x_j, along `axis`: positive numbers that add
/// up to one. Any shape with at least that axis; floating-point dtypes (16-bit ones are computed in float32).
/// @throws ArgumentError if x is not floating-point or `axis` is out of range.
TRIPTYCH_API Tensor softmax(Arg x, std::int64_t axis = -1);

/// log(softmax(x)) without overflow: (x_i - m) - log(sum over j of exp(x_j - m)).
TRIPTYCH_API Tensor log_softmax(Arg x, std::int64_t axis = -1);

}  // namespace triptych
