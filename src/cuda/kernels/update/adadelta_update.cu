#include "cuda/kernels/update/rule_update.h"

namespace triptych {

extern const Op adadelta_update_op;

namespace cuda {

void register_adadelta_update_kernels() {
  register_kernel(adadelta_update_op, Device::Type::cuda, rule_update_kernel<formula::AdadeltaRule>);
}

}  // namespace cuda
}  // namespace triptych
