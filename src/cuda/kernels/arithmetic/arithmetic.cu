#include "core/formulas/families/arithmetic.h"
#include "cuda/kernels/elementwise.h"

namespace triptych::cuda {

void register_arithmetic_kernels() { register_arithmetic_family<GpuElements>(); }

}  // namespace triptych::cuda
