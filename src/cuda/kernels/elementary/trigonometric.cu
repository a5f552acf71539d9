#include "core/formulas/families/trigonometric.h"
#include "cuda/kernels/elementwise.h"

namespace triptych::cuda {

void register_trigonometric_kernels() { register_trigonometric_family<GpuElements>(); }

}  // namespace triptych::cuda
