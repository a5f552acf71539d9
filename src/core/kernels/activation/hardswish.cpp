#include "core/formulas/families/hardswish.h"

#include "core/kernels/elementwise.h"

namespace triptych {

void register_hardswish_kernels() { register_hardswish_family<CpuElements>(); }

}  // namespace triptych
