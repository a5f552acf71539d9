#include "core/formulas/families/isnan.h"

#include "core/kernels/elementwise.h"

namespace triptych {

void register_isnan_kernels() { register_isnan_family<CpuElements>(); }

}  // namespace triptych
