#include "core/formulas/families/probability.h"
#include "cuda/kernels/elementwise.h"

namespace triptych::cuda {

void register_probability_kernels() { register_probability_family<GpuElements>(); }

}  // namespace triptych::cuda
