#include "core/formulas/families/maximum.h"
#include "cuda/kernels/elementwise.h"

namespace triptych::cuda {

void register_maximum_kernels() { register_maximum_family<GpuElements>(); }

}  // namespace triptych::cuda
