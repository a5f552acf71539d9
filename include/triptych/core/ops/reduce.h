// Reductions: one value from many, over all axes or some (negative ones count from the end). Over an empty list
// of axes each element is reduced by itself, as in NumPy; leave the argument out to reduce over all.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// The sum of x over all axes, or over `axes`, which stay as dimensions of length one with `keepdims`. Integers and
/// booleans are added in int64, 16-bit floats in float32. The sum of nothing is 0.
///
/// Floating-point numbers are added in a fixed tree (16 lanes, blocks of 1024, pairs of blocks), so that the result
/// depends neither on strides nor on the number of threads, and its error grows with the logarithm of the length.
/// @throws ArgumentError if an axis is out of range or given twice (all functions of this header).
TRIPTYCH_API Tensor sum(Arg x);
TRIPTYCH_API Tensor sum(Arg x, const Axes& axes, bool keepdims = false);

/// The arithmetic mean, sum / n. The mean of nothing is NaN.
/// @throws ArgumentError if x is not floating-point.
TRIPTYCH_API Tensor mean(Arg x);
TRIPTYCH_API Tensor mean(Arg x, const Axes& axes, bool keepdims = false);

/// The product; of nothing: 1. Dtypes as for `sum`. With a factor 0 it is 0 though others overflow on the way; the
/// gradient is right there, too.
TRIPTYCH_API Tensor prod(Arg x);
TRIPTYCH_API Tensor prod(Arg x, const Axes& axes, bool keepdims = false);

/// The largest (smallest) element, NaN if there is one. Equal ones share the gradient evenly, as in torch.amax.
/// @throws ArgumentError if there is no element.
TRIPTYCH_API Tensor max(Arg x);
TRIPTYCH_API Tensor max(Arg x, const Axes& axes, bool keepdims = false);
TRIPTYCH_API Tensor min(Arg x);
TRIPTYCH_API Tensor min(Arg x, const Axes& axes, bool keepdims = false);

/// The place (int64) of the first largest (smallest) element along `axis`, or in row-major order; a NaN counts as the
/// largest (smallest). Has no gradient.
/// @throws ArgumentError if there is no element.
TRIPTYCH_API Tensor argmax(Arg x);
TRIPTYCH_API Tensor argmax(Arg x, std::int64_t axis, bool keepdims = false);
TRIPTYCH_API Tensor argmin(Arg x);
TRIPTYCH_API Tensor argmin(Arg x, std::int64_t axis, bool keepdims = false);

/// Whether any element (all elements) differ from zero, bool. Of nothing: false (true). Has no gradient.
TRIPTYCH_API Tensor any(Arg x);
TRIPTYCH_API Tensor any(Arg x, const Axes& axes, bool keepdims = false);
TRIPTYCH_API Tensor all(Arg x);
TRIPTYCH_API Tensor all(Arg x, const Axes& axes, bool keepdims = false);

/// How many elements differ from zero, int64 (NaN does). Has no gradient.
TRIPTYCH_API Tensor count_nonzero(Arg x);
TRIPTYCH_API Tensor count_nonzero(Arg x, const Axes& axes, bool keepdims = false);

/// The sums of the elements up to each, along `axis`. Dtypes as for `sum`; added one after the other, floating-point
/// numbers in float64.
TRIPTYCH_API Tensor cumsum(Arg x, std::int64_t axis);

struct VarOptions {
  /// What is taken off the number of elements: 1 (PyTorch's default) for a sample, 0 for a whole population (NumPy,
  /// Keras).
  double correction = 1;
  bool keepdims = false;
};

/// The variance, sum of (x - mean)^2 / (n - correction). Where n - correction is not positive it divides by 0, as
/// PyTorch: infinity, and NaN if all values are equal.
/// @throws ArgumentError if x is not floating-point.
TRIPTYCH_API Tensor var(Arg x);
TRIPTYCH_API Tensor var(Arg x, const Axes& axes, VarOptions options = {});
template <class = void>
Tensor var(Arg x, const Axes& axes, ...) = delete;  // no VarOptions
/// The standard deviation, the square root of the variance. Its derivative is 0 where all values are equal.
TRIPTYCH_API Tensor std(Arg x);
TRIPTYCH_API Tensor std(Arg x, const Axes& axes, VarOptions options = {});
template <class = void>
Tensor std(Arg x, const Axes& axes, ...) = delete;  // no VarOptions

/// log(sum of exp(x)), without overflow. Of nothing: -infinity.
/// @throws ArgumentError if x is not floating-point.
TRIPTYCH_API Tensor logsumexp(Arg x);
TRIPTYCH_API Tensor logsumexp(Arg x, const Axes& axes, bool keepdims = false);

/// The Euclidean norm, sqrt(sum of x^2). Its derivative at zero is 0.
TRIPTYCH_API Tensor norm(Arg x);
TRIPTYCH_API Tensor norm(Arg x, const Axes& axes, bool keepdims = false);

/// x summed over the axes along which `like` was broadcast to x's shape; `like`'s values are not read.
TRIPTYCH_API Tensor sum_to_like(Arg x, Arg like);

}  // namespace triptych
