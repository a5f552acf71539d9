// The same elements under another shape: views wherever the strides allow one. Dimensions may be unknown in a graph.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// x itself, as a node or record of its own.
TRIPTYCH_API Tensor identity(Arg x);
/// x in row-major memory: x itself if it lies so, else a copy.
TRIPTYCH_API Tensor contiguous(Arg x);

/// x's elements in row-major order under `shape`, whose sizes must agree; one dimension may be -1 (whatever is left).
TRIPTYCH_API Tensor reshape(Arg x, const Shape& shape);
/// x under the shape of `like`, whose values are not read.
TRIPTYCH_API Tensor reshape_like(Arg x, Arg like);
/// Axes `start_dim` to `end_dim` (both included) merged into one; a 0-d tensor gives (1,).
TRIPTYCH_API Tensor flatten(Arg x, std::int64_t start_dim = 0, std::int64_t end_dim = -1);
/// x with a dimension of length one before `axis` of the result (-1: at the end).
TRIPTYCH_API Tensor unsqueeze(Arg x, std::int64_t axis);
/// x without its dimensions of length one, which must all be known.
TRIPTYCH_API Tensor squeeze(Arg x);
/// x without the dimensions `axes`, whose length must be one.
TRIPTYCH_API Tensor squeeze(Arg x, const Axes& axes);

/// Axis i of the result is axis `axes[i]` of x.
TRIPTYCH_API Tensor permute(Arg x, const Axes& axes);
/// Axes `a` and `b` exchanged; without them the last two.
TRIPTYCH_API Tensor transpose(Arg x, std::int64_t a = -2, std::int64_t b = -1);
/// Axis `source` moved to place `destination`, the others in their order.
TRIPTYCH_API Tensor moveaxis(Arg x, std::int64_t source, std::int64_t destination);

/// x broadcast to `shape`: dimensions of length one are repeated (without a copy), new ones are added in front; -1
/// keeps the length that x has there.
TRIPTYCH_API Tensor expand(Arg x, const Shape& shape);
/// NumPy's name of `expand`.
TRIPTYCH_API Tensor broadcast_to(Arg x, const Shape& shape);
/// x broadcast to the shape of `like`, whose values are not read.
TRIPTYCH_API Tensor expand_like(Arg x, Arg like);

/// x repeated `repeats[i]` times along axis i, as a whole: [1, 2] twice is [1, 2, 1, 2] (NumPy's tile, PyTorch's
/// repeat). Fewer repeats than axes count from the last axis; more add axes in front.
TRIPTYCH_API Tensor tile(Arg x, const Axes& repeats);
/// Each element `repeats` times along `axis`: [1, 2] twice is [1, 1, 2, 2] (NumPy's repeat, PyTorch's
/// repeat_interleave).
TRIPTYCH_API Tensor repeat(Arg x, std::int64_t repeats, std::int64_t axis);

/// The elements moved `shifts[i]` places on along `axes[i]`; those that leave at the end come in at the front.
TRIPTYCH_API Tensor roll(Arg x, const Axes& shifts, const Axes& axes);
/// The matrix (the last two dimensions) with zeros above (below) diagonal `k`; 0 is the main one, 1 the one above it.
TRIPTYCH_API Tensor tril(Arg x, std::int64_t k = 0);
TRIPTYCH_API Tensor triu(Arg x, std::int64_t k = 0);
/// Of a vector the matrix with it on diagonal `k` and zeros elsewhere; of a matrix its diagonal `k`. The shape must be
/// known.
TRIPTYCH_API Tensor diag(Arg x, std::int64_t k = 0);

}  // namespace triptych
