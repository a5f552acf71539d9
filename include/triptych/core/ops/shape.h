// Views: the same elements under another shape.
#pragma once

#include <vector>

#include "triptych/core/tensor.h"

namespace triptych {

/// x itself, as a node or record of its own.
TRIPTYCH_API Tensor identity(Arg x);
/// x's elements in row-major order under `shape`; one dimension may be -1 (whatever is left).
TRIPTYCH_API Tensor reshape(Arg x, const Shape& shape);
/// x under the shape of `like`, whose values are not read.
TRIPTYCH_API Tensor reshape_like(Arg x, Arg like);
/// x broadcast to the shape of `like`, whose values are not read.
TRIPTYCH_API Tensor expand_like(Arg x, Arg like);
/// Axis i of the result is axis `axes[i]` of x.
TRIPTYCH_API Tensor permute(Arg x, std::vector<std::int64_t> axes);
/// Axes `a` and `b` exchanged.
TRIPTYCH_API Tensor transpose(Arg x, std::int64_t a = -2, std::int64_t b = -1);
/// x with a dimension of length one before `axis`.
TRIPTYCH_API Tensor unsqueeze(Arg x, std::int64_t axis);

}  // namespace triptych
