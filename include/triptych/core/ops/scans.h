// What runs along an axis: products, extremes and sums of exponentials so far, differences, integrals. (`cumsum` is in
// reduce.h.)
#pragma once

#include <cstdint>

#include "triptych/core/ops/order.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// The products of the elements up to each, along `axis`. Integers and booleans are multiplied in int64, floating-point
/// numbers in float64. The gradient is right where factors are 0, too.
/// @throws ArgumentError if the axis is out of range (all functions of this header).
TRIPTYCH_API Tensor cumprod(Arg x, std::int64_t axis);
/// The largest (smallest) element up to each, along `axis`, and where it stands (int64); of equal ones the last. From a
/// NaN on it is NaN. The gradient goes to the element that was chosen.
TRIPTYCH_API ValuesAndIndices cummax(Arg x, std::int64_t axis);
TRIPTYCH_API ValuesAndIndices cummin(Arg x, std::int64_t axis);
/// log(sum of exp(x_j) for j <= i), without overflow, along `axis`; added in float64.
/// @throws ArgumentError if x is not floating-point.
TRIPTYCH_API Tensor logcumsumexp(Arg x, std::int64_t axis);

struct DiffOptions {
  /// Put before (behind) x along the axis first; undefined: nothing.
  Tensor prepend = {}, append = {};
};
/// x[i + 1] - x[i] along `axis`, which becomes shorter by one, `n` times over. Of booleans: whether the two differ.
/// @throws ArgumentError if n is negative, or x is 0-d.
TRIPTYCH_API Tensor diff(Arg x, std::int64_t n = 1, std::int64_t axis = -1, DiffOptions options = {});

/// The integral of y along `axis` by the trapezoidal rule, for points `dx` apart: the sum of (y[i] + y[i + 1]) / 2 dx.
TRIPTYCH_API Tensor trapezoid(Arg y, double dx = 1, std::int64_t axis = -1);
/// The same for points at x, a vector, or of a shape that broadcasts with y's.
TRIPTYCH_API Tensor trapezoid(Arg y, Arg x, std::int64_t axis = -1);
/// The integral up to each point but the first.
TRIPTYCH_API Tensor cumulative_trapezoid(Arg y, double dx = 1, std::int64_t axis = -1);
TRIPTYCH_API Tensor cumulative_trapezoid(Arg y, Arg x, std::int64_t axis = -1);

}  // namespace triptych
