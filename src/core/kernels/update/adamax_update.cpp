#include "core/kernels/update/rule_update.h"

namespace triptych {

extern const Op adamax_update_op;

void register_adamax_update_kernels() {
  register_kernel(adamax_update_op, Device::Type::cpu, rule_update_kernel<formula::AdamaxRule>);
}

}  // namespace triptych
