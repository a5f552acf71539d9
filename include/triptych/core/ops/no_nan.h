// Quotients and products that are 0 where an operand is, whatever the other one is: no NaN of a thing that does not
// count. Their gradients are 0 there, too. Operands broadcast; integers and booleans become float32 where a quotient or
// a logarithm is taken.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// x / y, and 0 where y is 0. Source: tf.math.divide_no_nan.
TRIPTYCH_API Tensor divide_no_nan(Arg x, Arg y);
/// x y, and 0 where y is 0, whatever x is. Source: tf.math.multiply_no_nan.
TRIPTYCH_API Tensor multiply_no_nan(Arg x, Arg y);
/// 1 / x, and 0 where x is 0. Source: tf.math.reciprocal_no_nan.
TRIPTYCH_API Tensor reciprocal_no_nan(Arg x);
/// x / y, and 0 where x is 0, whatever y is. Source: tf.math.xdivy.
TRIPTYCH_API Tensor xdivy(Arg x, Arg y);
/// x ln(1 + y), and 0 where x is 0 and y is no NaN. Source: torch.special.xlog1py.
TRIPTYCH_API Tensor xlog1py(Arg x, Arg y);

}  // namespace triptych
