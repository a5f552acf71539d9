#include "core/formulas/families/rounding.h"
#include "cuda/kernels/elementwise.h"

namespace triptych::cuda {

void register_rounding_kernels() { register_rounding_family<GpuElements>(); }

}  // namespace triptych::cuda
