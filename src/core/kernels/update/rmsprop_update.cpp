#include "core/kernels/update/rule_update.h"

namespace triptych {

extern const Op rmsprop_update_op, centered_rmsprop_update_op, rmsprop_momentum_update_op,
    centered_rmsprop_momentum_update_op;

void register_rmsprop_update_kernels() {
  register_kernel(rmsprop_update_op, Device::Type::cpu, rule_update_kernel<formula::RmspropRule<false, false>>);
  register_kernel(centered_rmsprop_update_op, Device::Type::cpu, rule_update_kernel<formula::RmspropRule<true, false>>);
  register_kernel(rmsprop_momentum_update_op, Device::Type::cpu, rule_update_kernel<formula::RmspropRule<false, true>>);
  register_kernel(centered_rmsprop_momentum_update_op, Device::Type::cpu,
                  rule_update_kernel<formula::RmspropRule<true, true>>);
}

}  // namespace triptych
