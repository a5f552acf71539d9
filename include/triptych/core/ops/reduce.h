// Reductions.
#pragma once

#include <vector>

#include "triptych/core/tensor.h"

namespace triptych {


/// The sum over all axes, or over `axes` (negative ones count from the end).
TRIPTYCH_API Tensor sum(Arg x);
TRIPTYCH_API Tensor sum(Arg x, std::vector<std::int64_t> axes, bool keepdims = false);

/// x summed over the axes along which `like` was broadcast to x's shape; `like`'s values are not read.
TRIPTYCH_API Tensor sum_to_like(Arg x, Arg like);

}  // namespace triptych
