#include "core/kernels/update/rule_update.h"

namespace triptych {

extern const Op asgd_update_op;

void register_asgd_update_kernels() {
  register_kernel(asgd_update_op, Device::Type::cpu, rule_update_kernel<formula::AsgdRule>);
}

}  // namespace triptych
