#include "core/formulas/families/logic.h"

#include "core/kernels/elementwise.h"

namespace triptych {

void register_logic_kernels() { register_logic_family<CpuElements>(); }

}  // namespace triptych
