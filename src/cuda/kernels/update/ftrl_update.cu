#include "cuda/kernels/update/rule_update.h"

namespace triptych {

extern const Op ftrl_update_op;

namespace cuda {

void register_ftrl_update_kernels() {
  register_kernel(ftrl_update_op, Device::Type::cuda, rule_update_kernel<formula::FtrlRule>);
}

}  // namespace cuda
}  // namespace triptych
