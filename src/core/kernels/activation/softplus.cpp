#include "core/formulas/families/softplus.h"

#include "core/kernels/elementwise.h"

namespace triptych {

void register_softplus_kernels() { register_softplus_family<CpuElements>(); }

}  // namespace triptych
