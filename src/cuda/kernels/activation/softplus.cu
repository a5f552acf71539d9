#include "core/formulas/families/softplus.h"
#include "cuda/kernels/elementwise.h"

namespace triptych::cuda {

void register_softplus_kernels() { register_softplus_family<GpuElements>(); }

}  // namespace triptych::cuda
