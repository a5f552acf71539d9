// Reductions: one value from many, over all axes or some (negative ones count from the end). An empty list of axes reduces
// nothing, as in NumPy; leave the argument out to reduce over all.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// The sum of x over all axes, or over `axes`, which stay as dimensions of length one with `keepdims`. Integers and booleans
/// are added in int64, 16-bit floats in float32. The sum of nothing is 0.
///
/// Floating-point numbers are added in a fixed tree (16 lanes, blocks of 1024, pairs of blocks), so that the result depends
/// neither on strides nor on the number of threads, and its error grows with the logarithm of the length.
/// @throws ArgumentError if an axis is out of range or given twice (all functions of this header).
TRIPTYCH_API Tensor sum(Arg x);
TRIPTYCH_API Tensor sum(Arg x, const Axes& axes, bool keepdims = false);

/// The arithmetic mean, sum / n. The mean of nothing is NaN.
/// @throws ArgumentError if x is not floating-point.
TRIPTYCH_API Tensor mean(Arg x);
TRIPTYCH_API Tensor mean(Arg x, const Axes& axes, bool keepdims = false);

/// x summed over the axes along which `like` was broadcast to x's shape; `like`'s values are not read.
TRIPTYCH_API Tensor sum_to_like(Arg x, Arg like);

}  // namespace triptych
