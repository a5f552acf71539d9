// Conversion between dtypes.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// x converted to `dtype`: floating to integer truncates toward zero, to bool gives x != 0. Differentiable between
/// floating dtypes.
TRIPTYCH_API Tensor cast(Arg x, DType dtype);

}  // namespace triptych
