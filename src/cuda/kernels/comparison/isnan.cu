#include "core/formulas/families/isnan.h"
#include "cuda/kernels/elementwise.h"

namespace triptych::cuda {

void register_isnan_kernels() { register_isnan_family<GpuElements>(); }

}  // namespace triptych::cuda
