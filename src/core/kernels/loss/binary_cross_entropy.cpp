#include "core/formulas/families/binary_cross_entropy.h"

#include "core/kernels/elementwise.h"

namespace triptych {

void register_binary_cross_entropy_kernels() { register_binary_cross_entropy_family<CpuElements>(); }

}  // namespace triptych
