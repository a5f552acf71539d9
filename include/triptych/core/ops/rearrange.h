// The same elements in other places: padding with a tensor's own elements, windows, diagonals, joins and cuts under the
// names of NumPy and PyTorch. Dimensions may be unknown in a graph unless a function says so.
#pragma once

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "triptych/core/ops/concat.h"
#include "triptych/core/ops/shape.h"
#include "triptych/core/ops/slice.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych {

// --- Padding --------------------------------------------------------------------------------------------------------

/// x with `padding[i].first` elements before and `padding[i].second` after axis i, one pair for each axis, taken from x
/// itself. `mode` is "reflect" (mirrored, the border once: c b | a b c | b a), "symmetric" (mirrored, the border twice:
/// b a | a b c | c b), "replicate" or NumPy's "edge" (the border: a a | a b c | c c), "circular" or NumPy's "wrap" (the
/// other end: b c | a b c | a b), or "constant" (zeros). ArgumentError for another mode, and if the padding is negative
/// or longer than what there is: the axis, for "reflect" without the border.
TRIPTYCH_API Tensor pad(Arg x, const std::vector<std::pair<std::int64_t, std::int64_t>>& padding, Text mode);

// --- Axes -----------------------------------------------------------------------------------------------------------

/// Axis `source[i]` moved to place `destination[i]`, the others in their order (PyTorch's movedim).
TRIPTYCH_API Tensor moveaxis(Arg x, const Axes& source, const Axes& destination);
TRIPTYCH_API Tensor movedim(Arg x, const Axes& source, const Axes& destination);
/// Axes `a` and `b` exchanged.
TRIPTYCH_API Tensor swapaxes(Arg x, std::int64_t a, std::int64_t b);
TRIPTYCH_API Tensor swapdims(Arg x, std::int64_t a, std::int64_t b);
/// x with dimensions of length one until it has at least one, two or three: (n,) becomes (1, n) and (1, n, 1), (n, m)
/// becomes (n, m, 1), as in NumPy.
TRIPTYCH_API Tensor atleast_1d(Arg x);
TRIPTYCH_API Tensor atleast_2d(Arg x);
TRIPTYCH_API Tensor atleast_3d(Arg x);
/// x as a vector, in row-major order.
TRIPTYCH_API Tensor ravel(Arg x);
/// Axis `axis` taken apart into the dimensions `sizes`, of which one may be -1.
TRIPTYCH_API Tensor unflatten(Arg x, std::int64_t axis, const Shape& sizes);
/// x broadcast to the shape of `other`, or under it, whose values are not read.
TRIPTYCH_API Tensor expand_as(Arg x, Arg other);
TRIPTYCH_API Tensor view_as(Arg x, Arg other);
TRIPTYCH_API Tensor reshape_as(Arg x, Arg other);
/// The tensors broadcast to one shape.
TRIPTYCH_API std::vector<Tensor> broadcast_tensors(const std::vector<Tensor>& tensors,
                                                   Location where = Location::here());
/// Turned `k` times by a right angle, from axis `axes[0]` towards axis `axes[1]`.
TRIPTYCH_API Tensor rot90(Arg x, std::int64_t k = 1, const Axes& axes = {0, 1});
/// The columns (rows) in reversed order: flip along axis 1 (0).
TRIPTYCH_API Tensor fliplr(Arg x);
TRIPTYCH_API Tensor flipud(Arg x);

// --- Parts and windows, all of them views ---------------------------------------------------------------------------

/// Elements `start` (negative counts from the end) to `start + length` along `axis`. ArgumentError if they are not all
/// there.
TRIPTYCH_API Tensor narrow(Arg x, std::int64_t axis, std::int64_t start, std::int64_t length);
/// Windows of `size` elements along `axis`, each `step` behind the one before: axis `axis` counts them, and what is in
/// them is a new last axis. ArgumentError if the window is longer than the axis. The gradient of an element is the sum
/// over its windows.
TRIPTYCH_API Tensor unfold(Arg x, std::int64_t axis, std::int64_t size, std::int64_t step);
/// The elements `storage_offset + i strides[0] + j strides[1] + ...` of x, counted in row-major order, for i, j, ...
/// below `size`. ArgumentError if one lies outside of x, or for a negative number. The gradient of an element is the
/// sum over where it was read. Where x is not row-major in memory, a copy is viewed: PyTorch counts in its storage.
TRIPTYCH_API Tensor as_strided(Arg x, const Shape& size, const Axes& strides, std::int64_t storage_offset = 0);
/// The elements at (i, i + offset) of axes `axis1` and `axis2`, as a new last axis.
TRIPTYCH_API Tensor diagonal(Arg x, std::int64_t offset = 0, std::int64_t axis1 = 0, std::int64_t axis2 = 1);

/// The slices of x along `axis`, without that axis, whose length must be known (TensorFlow's unstack).
TRIPTYCH_API std::vector<Tensor> unbind(Arg x, std::int64_t axis = 0);
TRIPTYCH_API std::vector<Tensor> unstack(Arg x, std::int64_t axis = 0);
/// x cut into `sections` parts along `axis`, the first ones longer by one if that does not come out even (NumPy's
/// array_split); the length must be known.
TRIPTYCH_API std::vector<Tensor> tensor_split(Arg x, std::int64_t sections, std::int64_t axis = 0);
/// x cut before each of these places, as slices x[: i0], x[i0 : i1], ... are.
TRIPTYCH_API std::vector<Tensor> tensor_split(Arg x, const std::vector<std::int64_t>& indices, std::int64_t axis = 0);
TRIPTYCH_API std::vector<Tensor> array_split(Arg x, std::int64_t sections, std::int64_t axis = 0);
/// tensor_split along axis 1 (of a vector 0), 0 and 2.
TRIPTYCH_API std::vector<Tensor> hsplit(Arg x, std::int64_t sections);
TRIPTYCH_API std::vector<Tensor> vsplit(Arg x, std::int64_t sections);
TRIPTYCH_API std::vector<Tensor> dsplit(Arg x, std::int64_t sections);

// --- Joins ----------------------------------------------------------------------------------------------------------

/// Other names of `concat`.
TRIPTYCH_API Tensor cat(const std::vector<Tensor>& tensors, std::int64_t axis = 0, Location where = Location::here());
TRIPTYCH_API Tensor concatenate(const std::vector<Tensor>& tensors, std::int64_t axis = 0,
                                Location where = Location::here());
/// Joined along axis 1 (vectors along 0), 0 and 2, after `atleast_1d`, `_2d` and `_3d`.
TRIPTYCH_API Tensor hstack(const std::vector<Tensor>& tensors, Location where = Location::here());
TRIPTYCH_API Tensor vstack(const std::vector<Tensor>& tensors, Location where = Location::here());
TRIPTYCH_API Tensor row_stack(const std::vector<Tensor>& tensors, Location where = Location::here());
TRIPTYCH_API Tensor dstack(const std::vector<Tensor>& tensors, Location where = Location::here());
/// The columns of a matrix: vectors are one column each.
TRIPTYCH_API Tensor column_stack(const std::vector<Tensor>& tensors, Location where = Location::here());
/// Matrices (vectors are one row, 0-d tensors one element) along the diagonal of one, zeros elsewhere.
TRIPTYCH_API Tensor block_diag(const std::vector<Tensor>& tensors, Location where = Location::here());

// --- Grids, diagonals, repetitions ----------------------------------------------------------------------------------

/// For vectors of n, m, ... elements the tensors of shape (n, m, ...) that vary along one axis each: "ij" as
/// PyTorch's default, "xy" with the first two axes exchanged, as NumPy's.
TRIPTYCH_API std::vector<Tensor> meshgrid(const std::vector<Tensor>& tensors, Text indexing = "ij",
                                          Location where = Location::here());
/// All choices of one element of each vector, a row each, the last varying fastest; of one vector itself.
TRIPTYCH_API Tensor cartesian_prod(const std::vector<Tensor>& tensors, Location where = Location::here());
/// All choices of `r` elements of a vector in their order, a row each; the length must be known.
TRIPTYCH_API Tensor combinations(Arg x, std::int64_t r = 2, bool with_replacement = false);
/// The last axis of x on diagonal `offset` of new axes `axis1` and `axis2` of the result, zeros elsewhere.
TRIPTYCH_API Tensor diag_embed(Arg x, std::int64_t offset = 0, std::int64_t axis1 = -2, std::int64_t axis2 = -1);
/// The matrix with x, flattened, on diagonal `offset`.
TRIPTYCH_API Tensor diagflat(Arg x, std::int64_t offset = 0);
/// Rows and columns, an int64 matrix of two rows, of the elements on and below (above) diagonal `offset` of a matrix of
/// `row` x `col`.
TRIPTYCH_API Tensor tril_indices(std::int64_t row, std::int64_t col, std::int64_t offset = 0,
                                 Location where = Location::here());
TRIPTYCH_API Tensor triu_indices(std::int64_t row, std::int64_t col, std::int64_t offset = 0,
                                 Location where = Location::here());
/// Each element of x, flattened, `repeats` times, or as often as its own count says.
TRIPTYCH_API Tensor repeat_interleave(Arg x, std::int64_t repeats);
TRIPTYCH_API Tensor repeat_interleave(Arg x, Arg repeats);
/// Each element along `axis` as often as `repeats` says: a number, or an int32 or int64 vector of one count for each
/// element. With counts the length is unknown in a graph. ArgumentError if a count is negative.
TRIPTYCH_API Tensor repeat_interleave(Arg x, Arg repeats, std::int64_t axis);
/// Each place i of a vector of counts as often as it says, in order.
TRIPTYCH_API Tensor repeat_interleave(Arg repeats);

}  // namespace triptych
