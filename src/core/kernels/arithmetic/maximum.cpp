#include "core/formulas/families/maximum.h"

#include "core/kernels/elementwise.h"

namespace triptych {

void register_maximum_kernels() { register_maximum_family<CpuElements>(); }

}  // namespace triptych
