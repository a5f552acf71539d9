// Conversions to integers that cut what they cannot hold.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// x converted to `dtype`, with numbers beyond what an integer dtype can hold cut to its largest and smallest; NaN as
/// by `cast`. Without gradient for integers.
/// Source: tf.saturate_cast, keras.ops.saturate_cast.
TRIPTYCH_API Tensor saturate_cast(Arg x, DType dtype);

}  // namespace triptych
