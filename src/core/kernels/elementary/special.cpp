#include "core/formulas/families/special.h"

#include "core/kernels/elementwise.h"

namespace triptych {

void register_special_kernels() { register_special_family<CpuElements>(); }

}  // namespace triptych
