// Elements picked by index tensors, under the names of NumPy, TensorFlow and JAX. Indices are int32 or int64; negative
// ones count from the end, and one out of range is an ArgumentError. The gradient of an element that is picked twice is
// the sum of both.
#pragma once

#include <vector>

#include "triptych/core/tensor.h"

namespace triptych {

/// The elements of x, counted in row-major order, at `index`, whose shape the result has.
TRIPTYCH_API Tensor take(Arg x, Arg index);
/// The slices of x at `index` along `axis`: index's dimensions stand where the axis stood.
TRIPTYCH_API Tensor take(Arg x, Arg index, std::int64_t axis);
/// gather, but x and `index` broadcast outside of the axis: result[i, j] = x[i, index[i, j]] for axis 1.
TRIPTYCH_API Tensor take_along_axis(Arg x, Arg index, std::int64_t axis);
/// The same, with PyTorch's name; without an axis of both flattened.
TRIPTYCH_API Tensor take_along_dim(Arg x, Arg index, std::int64_t axis);
TRIPTYCH_API Tensor take_along_dim(Arg x, Arg index);

struct GatherOptions {
  std::int64_t axis = 0;
  /// So many first dimensions of x and the index belong together.
  std::int64_t batch_dims = 0;
};
/// TensorFlow's gather: the slices of x at `index` along `axis`, which is not below `batch_dims`; with batch_dims = 1
/// result[b, ...] = gather(x[b], index[b]).
TRIPTYCH_API Tensor gather(Arg x, Arg index, const GatherOptions& options = {});
/// The slices x[index[..., 0], index[..., 1], ...], one for each row of `index` (TensorFlow's gather_nd); with
/// `batch_dims` for each entry of so many first dimensions, which both share.
TRIPTYCH_API Tensor gather_nd(Arg x, Arg index, std::int64_t batch_dims = 0);

/// `sizes[i]` elements along axis i from `starts[i]` on, an int32 or int64 vector (JAX's dynamic_slice). Negative
/// starts count from the end; then a part that would not lie inside is moved until it does. ArgumentError if a size is
/// negative or larger than the axis.
TRIPTYCH_API Tensor dynamic_slice(Arg x, Arg starts, const Shape& sizes);
/// x with `update` in place of the part of its shape that starts at `starts`, which are taken as by `dynamic_slice`.
TRIPTYCH_API Tensor dynamic_update_slice(Arg x, Arg update, Arg starts);

}  // namespace triptych
