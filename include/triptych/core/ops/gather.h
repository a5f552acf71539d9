// Elements picked by index tensors.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// Along `axis`, the elements at `index`: result[i, j, k] = x[i, index[i, j, k], k] for axis 1 (NumPy's
/// take_along_axis, PyTorch's gather). `index` is int32 or int64, with as many dimensions as x; in the other axes it is
/// not longer than x. Negative indices count from the end; ArgumentError for one out of range.
TRIPTYCH_API Tensor gather(Arg x, std::int64_t axis, Arg index);
/// x with `source` added at `index` along `axis`: result[i, index[i, j, k], k] += source[i, j, k] for axis 1. `source`
/// has as many dimensions as `index` and is nowhere shorter; indices as for `gather`. Elements that meet at one place are
/// added in their order.
TRIPTYCH_API Tensor scatter_add(Arg x, std::int64_t axis, Arg index, Arg source);

/// The slices of x at the places `index`, an int32 or int64 vector, along `axis` (NumPy's take). Indices as for
/// `gather`.
TRIPTYCH_API Tensor index_select(Arg x, std::int64_t axis, Arg index);
/// x with the slices of `source` added at the places `index` along `axis`, in their order.
TRIPTYCH_API Tensor index_add(Arg x, std::int64_t axis, Arg index, Arg source);

// The shape of these results depends on values: in a graph the length is unknown, and a compiled step finds it in each
// run.

/// Where x is not zero: an int64 matrix of one row for each such element, in row-major order, and one column for each
/// dimension of x (NumPy's argwhere, PyTorch's nonzero).
TRIPTYCH_API Tensor nonzero(Arg x);
/// The elements of x where `mask`, a bool tensor, is true, as a vector in row-major order; the two are broadcast to one
/// shape.
TRIPTYCH_API Tensor masked_select(Arg x, Arg mask);

/// A new last axis of length `depth` that is 1 at the place that `index` (any integer dtype) names and 0 elsewhere.
/// ArgumentError unless 0 <= index < depth.
TRIPTYCH_API Tensor one_hot(Arg index, std::int64_t depth, DType dtype = float32);

}  // namespace triptych
