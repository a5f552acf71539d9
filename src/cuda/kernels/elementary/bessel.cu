#include "core/formulas/families/bessel.h"
#include "cuda/kernels/elementwise.h"

namespace triptych::cuda {

void register_bessel_kernels() { register_bessel_family<GpuElements>(); }

}  // namespace triptych::cuda
