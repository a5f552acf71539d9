#include "core/kernels/update/rule_update.h"

namespace triptych {

extern const Op ftrl_update_op;

void register_ftrl_update_kernels() {
  register_kernel(ftrl_update_op, Device::Type::cpu, rule_update_kernel<formula::FtrlRule>);
}

}  // namespace triptych
