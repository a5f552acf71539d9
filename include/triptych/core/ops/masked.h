// Elements that a mask chooses.
#pragma once

#include <vector>

#include "triptych/core/ops/gather.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// x where `mask` is false, else `value`, a number or a 0-d tensor, in x's dtype. `mask` is bool or uint8; it and x
/// broadcast to one shape.
TRIPTYCH_API Tensor masked_fill(Arg x, Arg mask, Arg value);
/// x where `mask`, which broadcasts to x, is false, and the elements of `source`, in row-major order, where it is true.
/// ArgumentError if there are too few of them.
TRIPTYCH_API Tensor masked_scatter(Arg x, Arg mask, Arg source);
/// Where `condition` is not zero: an int64 vector for each of its dimensions, in row-major order (NumPy's nonzero). In
/// a graph their length is unknown.
TRIPTYCH_API std::vector<Tensor> where(Arg condition);
/// Another name of `nonzero`.
TRIPTYCH_API Tensor argwhere(Arg x);

}  // namespace triptych
