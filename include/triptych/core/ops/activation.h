// Activation functions.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// max(x, 0), elementwise; NaN stays NaN. Any numeric dtype, any shape.
TRIPTYCH_API Tensor relu(Arg x);

}  // namespace triptych
