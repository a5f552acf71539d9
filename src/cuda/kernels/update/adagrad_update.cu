#include "cuda/kernels/update/rule_update.h"

namespace triptych {

extern const Op adagrad_update_op;

namespace cuda {

void register_adagrad_update_kernels() {
  register_kernel(adagrad_update_op, Device::Type::cuda, rule_update_kernel<formula::AdagradRule>);
}

}  // namespace cuda
}  // namespace triptych
