// TF32: float32 products on tensor cores.
#pragma once

#include "triptych/core/export.h"

namespace triptych {

/// Whether matrix products and convolutions of float32 tensors on a GPU may round their factors to TF32, which has 10
/// bits of mantissa instead of 23; the sums stay float32. Several times faster on GPUs that have it (from compute
/// capability 8.0 on), and without effect elsewhere. Off at first. For the whole process; steps that are compiled and
/// convolutions whose algorithm is chosen already keep what was set then.
TRIPTYCH_API void set_allow_tf32(bool allow);
TRIPTYCH_API bool allow_tf32();

}  // namespace triptych
