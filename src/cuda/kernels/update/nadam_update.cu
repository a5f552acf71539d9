#include "cuda/kernels/update/rule_update.h"

namespace triptych {

extern const Op nadam_update_op;

namespace cuda {

void register_nadam_update_kernels() {
  register_kernel(nadam_update_op, Device::Type::cuda, rule_update_kernel<formula::NadamRule>);
}

}  // namespace cuda
}  // namespace triptych
