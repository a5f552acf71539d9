// Labels and the scores of classes.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// Whether each target (n,), a class number, is among the k largest of its row of `predictions` (n, c); equal scores
/// count for it, and a row with a score that is not finite does not.
/// Source: tf.math.in_top_k, keras.ops.in_top_k.
TRIPTYCH_API Tensor in_top_k(Arg targets, Arg predictions, std::int64_t k);

}  // namespace triptych
