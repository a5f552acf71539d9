// What other libraries do for this one.
#pragma once

#include <cstdint>

#include "triptych/core/export.h"

namespace triptych {

/// Calls of this process into oneDNN so far. 0 in a build without it, with TRIPTYCH_ONEDNN=OFF in the environment, and
/// on a processor without AVX-512, where our own kernels do the work.
TRIPTYCH_API std::int64_t onednn_calls();

}  // namespace triptych
