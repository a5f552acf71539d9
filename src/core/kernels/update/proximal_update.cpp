#include "core/kernels/update/rule_update.h"

namespace triptych {

extern const Op proximal_update_op, proximal_adagrad_update_op;

void register_proximal_update_kernels() {
  register_kernel(proximal_update_op, Device::Type::cpu, rule_update_kernel<formula::ProximalRule<false>>);
  register_kernel(proximal_adagrad_update_op, Device::Type::cpu, rule_update_kernel<formula::ProximalRule<true>>);
}

}  // namespace triptych
