#include "core/formulas/families/sigmoid.h"

#include "core/kernels/elementwise.h"

namespace triptych {

void register_sigmoid_kernels() { register_sigmoid_family<CpuElements>(); }

}  // namespace triptych
