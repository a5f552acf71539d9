#include "cuda/kernels/update/rule_update.h"

namespace triptych {

extern const Op radam_update_op;

namespace cuda {

void register_radam_update_kernels() {
  register_kernel(radam_update_op, Device::Type::cuda, rule_update_kernel<formula::RadamRule>);
}

}  // namespace cuda
}  // namespace triptych
