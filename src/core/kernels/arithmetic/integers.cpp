#include "core/formulas/families/integers.h"

#include "core/kernels/elementwise.h"

namespace triptych {

void register_integers_kernels() { register_integers_family<CpuElements>(); }

}  // namespace triptych
