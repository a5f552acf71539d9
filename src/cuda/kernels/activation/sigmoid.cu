#include "core/formulas/families/sigmoid.h"
#include "cuda/kernels/elementwise.h"

namespace triptych::cuda {

void register_sigmoid_kernels() { register_sigmoid_family<GpuElements>(); }

}  // namespace triptych::cuda
