#include "core/formulas/families/comparison.h"

#include "core/kernels/elementwise.h"

namespace triptych {

void register_comparison_kernels() { register_comparison_family<CpuElements>(); }

}  // namespace triptych
