// The library's CPU kernels.
#pragma once

namespace triptych {

/// Registers all of them: the explicit list.
void register_builtin_kernels();

}  // namespace triptych
