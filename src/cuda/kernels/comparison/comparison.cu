#include "core/formulas/families/comparison.h"
#include "cuda/kernels/elementwise.h"

namespace triptych::cuda {

void register_comparison_kernels() { register_comparison_family<GpuElements>(); }

}  // namespace triptych::cuda
