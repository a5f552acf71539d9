#include "cuda/kernels/update/rule_update.h"

namespace triptych {

extern const Op proximal_update_op, proximal_adagrad_update_op;

namespace cuda {

void register_proximal_update_kernels() {
  register_kernel(proximal_update_op, Device::Type::cuda, rule_update_kernel<formula::ProximalRule<false>>);
  register_kernel(proximal_adagrad_update_op, Device::Type::cuda, rule_update_kernel<formula::ProximalRule<true>>);
}

}  // namespace cuda
}  // namespace triptych
