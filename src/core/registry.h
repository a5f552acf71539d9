// The explicit lists of what the library brings along; static initializers would vanish from static libraries.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

/// Registers the library's CPU kernels, once.
void load_builtin_kernels();

}  // namespace triptych
