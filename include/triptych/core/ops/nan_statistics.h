// NumPy's reductions and scans that pass over NaN; nansum, nanmean, nanmedian and nanquantile are in statistics.h. What
// is said of axes in reduce.h holds here. Integers have no NaN: for them these are the plain functions.
#pragma once

#include "triptych/core/ops/reduce.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// The largest (smallest) of the elements that are not NaN; NaN if all are. Equal ones share the gradient.
/// @throws ArgumentError if there is no element.
TRIPTYCH_API Tensor nanmax(Arg x);
TRIPTYCH_API Tensor nanmax(Arg x, const Axes& axes, bool keepdims = false);
TRIPTYCH_API Tensor nanmin(Arg x);
TRIPTYCH_API Tensor nanmin(Arg x, const Axes& axes, bool keepdims = false);
/// Where it stands, int64; of equal ones the first. -1 where all are NaN, as in keras.ops (NumPy fails there).
/// @throws ArgumentError if there is no element.
TRIPTYCH_API Tensor nanargmax(Arg x);
TRIPTYCH_API Tensor nanargmax(Arg x, std::int64_t axis, bool keepdims = false);
TRIPTYCH_API Tensor nanargmin(Arg x);
TRIPTYCH_API Tensor nanargmin(Arg x, std::int64_t axis, bool keepdims = false);
/// The product of the elements that are not NaN. Dtypes as for `prod`.
TRIPTYCH_API Tensor nanprod(Arg x);
TRIPTYCH_API Tensor nanprod(Arg x, const Axes& axes, bool keepdims = false);
/// The variance (its square root) of the elements that are not NaN, divided by their number, as in NumPy: `correction`
/// is taken off it. NaN of nothing.
/// @throws ArgumentError if x is not floating-point.
TRIPTYCH_API Tensor nanvar(Arg x);
TRIPTYCH_API Tensor nanvar(Arg x, const Axes& axes, VarOptions options = {.correction = 0});
TRIPTYCH_API Tensor nanstd(Arg x);
TRIPTYCH_API Tensor nanstd(Arg x, const Axes& axes, VarOptions options = {.correction = 0});
/// cumsum (cumprod) with 0 (1) in the place of each NaN.
TRIPTYCH_API Tensor nancumsum(Arg x, std::int64_t axis);
TRIPTYCH_API Tensor nancumprod(Arg x, std::int64_t axis);

}  // namespace triptych
