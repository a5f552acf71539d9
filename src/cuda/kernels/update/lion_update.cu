#include "cuda/kernels/update/rule_update.h"

namespace triptych {

extern const Op lion_update_op;

namespace cuda {

void register_lion_update_kernels() {
  register_kernel(lion_update_op, Device::Type::cuda, rule_update_kernel<formula::LionRule>);
}

}  // namespace cuda
}  // namespace triptych
