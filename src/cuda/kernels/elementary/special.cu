#include "core/formulas/families/special.h"
#include "cuda/kernels/elementwise.h"

namespace triptych::cuda {

void register_special_kernels() { register_special_family<GpuElements>(); }

}  // namespace triptych::cuda
