#include "cuda/kernels/update/rule_update.h"

namespace triptych {

extern const Op asgd_update_op;

namespace cuda {

void register_asgd_update_kernels() {
  register_kernel(asgd_update_op, Device::Type::cuda, rule_update_kernel<formula::AsgdRule>);
}

}  // namespace cuda
}  // namespace triptych
