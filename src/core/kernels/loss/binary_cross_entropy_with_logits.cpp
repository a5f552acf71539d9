#include "core/formulas/families/binary_cross_entropy_with_logits.h"

#include "core/kernels/elementwise.h"

namespace triptych {

void register_binary_cross_entropy_with_logits_kernels() {
  register_binary_cross_entropy_with_logits_family<CpuElements>();
}

}  // namespace triptych
