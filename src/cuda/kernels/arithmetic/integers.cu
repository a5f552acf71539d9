#include "core/formulas/families/integers.h"
#include "cuda/kernels/elementwise.h"

namespace triptych::cuda {

void register_integers_kernels() { register_integers_family<GpuElements>(); }

}  // namespace triptych::cuda
