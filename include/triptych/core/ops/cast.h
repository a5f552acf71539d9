// Conversion between dtypes and devices.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// x converted to `dtype`: floating to integer truncates toward zero, to bool gives x != 0. Differentiable between
/// floating dtypes.
TRIPTYCH_API Tensor cast(Arg x, DType dtype);
/// x on `device`: a copy, or x itself if it is there. Differentiable: the gradient goes back to where x is.
TRIPTYCH_API Tensor to(Arg x, Device device);

}  // namespace triptych
