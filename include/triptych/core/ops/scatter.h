// Elements put into a tensor at the places that index tensors name. All of these give a new tensor. Indices are int32
// or int64; negative ones count from the end, and one out of range is an ArgumentError. Where several elements meet at
// one place, they do so in the order of the index: of those that replace, the last stays, but all of them have the
// gradient of that place, as in PyTorch.
#pragma once

#include <vector>

#include "triptych/core/index.h"
#include "triptych/core/ops/gather.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych {

// --- Along an axis, an index for each element -----------------------------------------------------------------------

/// x with result[i, index[i, j], k] = source[i, j, k] for axis 1. `index` has as many dimensions as x and is, outside
/// of the axis, not longer; `source` is a number or a tensor of x's dtype, no shorter than `index` along any axis.
TRIPTYCH_API Tensor scatter(Arg x, std::int64_t axis, Arg index, Arg source);
/// The same, but added to ("add") or multiplied by ("multiply") what is there.
TRIPTYCH_API Tensor scatter(Arg x, std::int64_t axis, Arg index, Arg source, Text reduce);
/// As `scatter`, for all that meet at one place their "sum", "prod", "amax", "amin" or "mean" (of integers rounded
/// down), x's own element among them with `include_self`. Equal extremes share the gradient evenly.
TRIPTYCH_API Tensor scatter_reduce(Arg x, std::int64_t axis, Arg index, Arg source, Text reduce,
                                   bool include_self = true);
/// As `scatter`, where index, source and x broadcast outside of the axis (NumPy's put_along_axis).
TRIPTYCH_API Tensor put_along_axis(Arg x, Arg index, Arg values, std::int64_t axis);

// --- Slices along an axis, at the places of a vector ----------------------------------------------------------------

/// x with alpha times the slices of `source` added at the places `index` along `axis`.
TRIPTYCH_API Tensor index_add(Arg x, std::int64_t axis, Arg index, Arg source, Scalar alpha);
/// x with the slices of `source` in place of those at `index` along `axis`.
TRIPTYCH_API Tensor index_copy(Arg x, std::int64_t axis, Arg index, Arg source);
/// x with `value`, a number or a 0-d tensor, at the places `index` along `axis`.
TRIPTYCH_API Tensor index_fill(Arg x, std::int64_t axis, Arg index, Arg value);

// --- At places that several index tensors name ----------------------------------------------------------------------

/// x with `values`, which broadcast, at x[{indices[0], indices[1], ...}]: instead of what is there, or added to it if
/// `accumulate`. Index tensors as for `x[{...}]`: integers, or masks (bool, uint8).
TRIPTYCH_API Tensor index_put(Arg x, const std::vector<Tensor>& indices, Arg values, bool accumulate = false);
/// x with the elements of `source` at the places `index`, counted in row-major order; both have one shape.
TRIPTYCH_API Tensor put(Arg x, Arg index, Arg source, bool accumulate = false);

/// x with `updates` at x[index[..., 0], index[..., 1], ...], as `gather_nd` reads it: instead of what is there, added
/// to it, subtracted from it, or where they are larger (smaller).
TRIPTYCH_API Tensor tensor_scatter_nd_update(Arg x, Arg index, Arg updates);
TRIPTYCH_API Tensor tensor_scatter_nd_add(Arg x, Arg index, Arg updates);
TRIPTYCH_API Tensor tensor_scatter_nd_sub(Arg x, Arg index, Arg updates);
TRIPTYCH_API Tensor tensor_scatter_nd_max(Arg x, Arg index, Arg updates);
TRIPTYCH_API Tensor tensor_scatter_nd_min(Arg x, Arg index, Arg updates);
/// The same added to zeros of `shape`.
TRIPTYCH_API Tensor scatter_nd(Arg index, Arg updates, const Shape& shape);

// --- Views replaced -------------------------------------------------------------------------------------------------

/// x with `source`, which has the part's shape, in place of select(x, axis, index).
TRIPTYCH_API Tensor select_scatter(Arg x, Arg source, std::int64_t axis, std::int64_t index);
/// x with `source` in place of slice(x, axis, range).
TRIPTYCH_API Tensor slice_scatter(Arg x, Arg source, std::int64_t axis, Slice range = {});
/// x with `source` in place of diagonal(x, offset, axis1, axis2).
TRIPTYCH_API Tensor diagonal_scatter(Arg x, Arg source, std::int64_t offset = 0, std::int64_t axis1 = 0,
                                     std::int64_t axis2 = 1);

}  // namespace triptych
