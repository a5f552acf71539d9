#include "core/formulas/families/bessel.h"

#include "core/kernels/elementwise.h"

namespace triptych {

void register_bessel_kernels() { register_bessel_family<CpuElements>(); }

}  // namespace triptych
