// The dtype that normalizations and losses compute their statistics in.
#pragma once

#include "triptych/core/ops.h"

namespace triptych {

/// Of the statistics of values of `dtype`.
inline DType statistics_dtype(DType dtype) { return dtype == float64 ? float64 : float32; }

}  // namespace triptych
