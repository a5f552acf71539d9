#include "core/formulas/families/rounding.h"

#include "core/kernels/elementwise.h"

namespace triptych {

void register_rounding_kernels() { register_rounding_family<CpuElements>(); }

}  // namespace triptych
