#include "cuda/kernels/update/rule_update.h"

namespace triptych {

extern const Op rprop_update_op;

namespace cuda {

void register_rprop_update_kernels() {
  register_kernel(rprop_update_op, Device::Type::cuda, rule_update_kernel<formula::RpropRule>);
}

}  // namespace cuda
}  // namespace triptych
