// The library's CPU kernels.
#pragma once

namespace triptych {

/// Registers all of them: those of core/ops/list.inc.
void register_builtin_kernels();

}  // namespace triptych
