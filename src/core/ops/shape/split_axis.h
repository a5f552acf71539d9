// One axis as several: what reshape does, with any number of dimensions unknown.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// x with `axis` (negative counts from the end) as axes of these lengths, one of which may be -1: whatever is left.
Tensor split_axis(Arg x, std::int64_t axis, const Axes& lengths);

}  // namespace triptych
