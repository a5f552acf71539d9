#include "core/formulas/families/probability.h"

#include "core/kernels/elementwise.h"

namespace triptych {

void register_probability_kernels() { register_probability_family<CpuElements>(); }

}  // namespace triptych
