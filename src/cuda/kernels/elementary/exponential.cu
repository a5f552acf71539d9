#include "core/formulas/families/exponential.h"
#include "cuda/kernels/elementwise.h"

namespace triptych::cuda {

void register_exponential_kernels() { register_exponential_family<GpuElements>(); }

}  // namespace triptych::cuda
