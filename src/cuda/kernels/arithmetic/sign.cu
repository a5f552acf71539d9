#include "core/formulas/families/sign.h"
#include "cuda/kernels/elementwise.h"

namespace triptych::cuda {

void register_sign_kernels() { register_sign_family<GpuElements>(); }

}  // namespace triptych::cuda
