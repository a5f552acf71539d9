#include "core/formulas/families/sign.h"

#include "core/kernels/elementwise.h"

namespace triptych {

void register_sign_kernels() { register_sign_family<CpuElements>(); }

}  // namespace triptych
