// Parts of a tensor along its axes, and tensors placed in larger ones. `x[{...}]` (core/index.h) is built on these.
#pragma once

#include <array>
#include <utility>
#include <vector>

#include "triptych/core/index.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// Elements `start`, `start + step`, ... before `stop` along `axis`: a view. Bounds count from the end when negative,
/// are cut to the axis as in Python, and `none` leaves one open: `slice(x, 1, {2, none})`, `slice(x, 0, {none, none,
/// -1})`.
TRIPTYCH_API Tensor slice(Arg x, std::int64_t axis, Slice range);
/// x at one place of `axis` (negative counts from the end): a view without that axis.
TRIPTYCH_API Tensor select(Arg x, std::int64_t axis, std::int64_t index);
/// The order of the elements reversed along `axes`: a view.
TRIPTYCH_API Tensor flip(Arg x, const Axes& axes);

/// NumPy's indexing as a function: the same as `x[{...}]`.
TRIPTYCH_API Tensor index(Arg x, const std::vector<Index>& indices);
/// x with the part that `indices` select replaced by `value`, which broadcasts to it: what `x.set(indices, value)`
/// computes.
TRIPTYCH_API Tensor index_update(Arg x, const std::vector<Index>& indices, Arg value);

/// x with `padding[i].first` elements of `value` before and `padding[i].second` after axis i; one pair for each axis:
/// `pad(x, {{0, 0}, {1, 1}})`.
TRIPTYCH_API Tensor pad(Arg x, const std::vector<std::pair<std::int64_t, std::int64_t>>& padding, Scalar value = 0);

}  // namespace triptych
