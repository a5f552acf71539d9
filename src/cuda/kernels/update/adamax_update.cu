#include "cuda/kernels/update/rule_update.h"

namespace triptych {

extern const Op adamax_update_op;

namespace cuda {

void register_adamax_update_kernels() {
  register_kernel(adamax_update_op, Device::Type::cuda, rule_update_kernel<formula::AdamaxRule>);
}

}  // namespace cuda
}  // namespace triptych
