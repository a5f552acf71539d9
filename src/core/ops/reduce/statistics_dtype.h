// The dtype that normalizations and losses compute their statistics in.
#pragma once

#include "triptych/core/ops.h"

namespace triptych {

/// Of the statistics of values of `dtype`.
inline DType statistics_dtype(DType dtype) { return dtype == float64 ? float64 : float32; }
/// x in that dtype.
inline Tensor widened(const Tensor& x) { return cast(x, statistics_dtype(x.dtype())); }

}  // namespace triptych
