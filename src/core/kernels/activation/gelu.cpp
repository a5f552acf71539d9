#include "core/formulas/families/gelu.h"

#include "core/kernels/elementwise.h"

namespace triptych {

void register_gelu_kernels() { register_gelu_family<CpuElements>(); }

}  // namespace triptych
