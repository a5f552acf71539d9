#include "core/formulas/families/hardswish.h"
#include "cuda/kernels/elementwise.h"

namespace triptych::cuda {

void register_hardswish_kernels() { register_hardswish_family<GpuElements>(); }

}  // namespace triptych::cuda
