// What dtype functions of several steps compute in.
#pragma once

#include "triptych/core/dtype.h"

namespace triptych {

/// float32 for the 16-bit floats, so that only the result is rounded; else the dtype itself. Of types: compute_type.
constexpr DType compute_dtype(DType dtype) { return dtype == float16 || dtype == bfloat16 ? float32 : dtype; }

}  // namespace triptych
