#include "core/formulas/families/arithmetic.h"

#include "core/kernels/elementwise.h"

namespace triptych {

void register_arithmetic_kernels() { register_arithmetic_family<CpuElements>(); }

}  // namespace triptych
