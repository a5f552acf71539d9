#include "core/formulas/families/trigonometric.h"

#include "core/kernels/elementwise.h"

namespace triptych {

void register_trigonometric_kernels() { register_trigonometric_family<CpuElements>(); }

}  // namespace triptych
