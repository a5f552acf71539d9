// Parts of a Variable updated: tf.scatter_update and its kin. Each gives a tensor that, when a session runs it, updates
// the variable and gives its new value. Indices are int32 or int64; one out of range is an ArgumentError of the run.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych::lowlevel {

/// ref[indices] <- updates, or ref[indices] combined with updates, for indices of any shape along the first axis;
/// `updates` broadcasts to that shape followed by ref's other dimensions. Where indices meet, the updates do so in
/// their order. ArgumentError if ref is no state, or dtypes or shapes do not fit.
TRIPTYCH_API Tensor scatter_update(const Tensor& ref, const Arg& indices, const Arg& updates);
TRIPTYCH_API Tensor scatter_add(const Tensor& ref, const Arg& indices, const Arg& updates);
TRIPTYCH_API Tensor scatter_sub(const Tensor& ref, const Arg& indices, const Arg& updates);
TRIPTYCH_API Tensor scatter_mul(const Tensor& ref, const Arg& indices, const Arg& updates);
TRIPTYCH_API Tensor scatter_div(const Tensor& ref, const Arg& indices, const Arg& updates);
TRIPTYCH_API Tensor scatter_min(const Tensor& ref, const Arg& indices, const Arg& updates);
TRIPTYCH_API Tensor scatter_max(const Tensor& ref, const Arg& indices, const Arg& updates);

/// The same at ref[indices[..., 0], indices[..., 1], ...].
TRIPTYCH_API Tensor scatter_nd_update(const Tensor& ref, const Arg& indices, const Arg& updates);
TRIPTYCH_API Tensor scatter_nd_add(const Tensor& ref, const Arg& indices, const Arg& updates);
TRIPTYCH_API Tensor scatter_nd_sub(const Tensor& ref, const Arg& indices, const Arg& updates);
TRIPTYCH_API Tensor scatter_nd_min(const Tensor& ref, const Arg& indices, const Arg& updates);
TRIPTYCH_API Tensor scatter_nd_max(const Tensor& ref, const Arg& indices, const Arg& updates);

}  // namespace triptych::lowlevel
