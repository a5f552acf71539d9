#include "core/formulas/families/exponential.h"

#include "core/kernels/elementwise.h"

namespace triptych {

void register_exponential_kernels() { register_exponential_family<CpuElements>(); }

}  // namespace triptych
