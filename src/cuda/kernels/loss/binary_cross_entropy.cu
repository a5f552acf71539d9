#include "core/formulas/families/binary_cross_entropy.h"
#include "cuda/kernels/elementwise.h"

namespace triptych::cuda {

void register_binary_cross_entropy_kernels() { register_binary_cross_entropy_family<GpuElements>(); }

}  // namespace triptych::cuda
