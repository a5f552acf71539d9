#include "core/formulas/families/gelu.h"
#include "cuda/kernels/elementwise.h"

namespace triptych::cuda {

void register_gelu_kernels() { register_gelu_family<GpuElements>(); }

}  // namespace triptych::cuda
