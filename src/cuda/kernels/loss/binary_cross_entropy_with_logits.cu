#include "core/formulas/families/binary_cross_entropy_with_logits.h"
#include "cuda/kernels/elementwise.h"

namespace triptych::cuda {

void register_binary_cross_entropy_with_logits_kernels() {
  register_binary_cross_entropy_with_logits_family<GpuElements>();
}

}  // namespace triptych::cuda
