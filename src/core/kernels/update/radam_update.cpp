#include "core/kernels/update/rule_update.h"

namespace triptych {

extern const Op radam_update_op;

void register_radam_update_kernels() {
  register_kernel(radam_update_op, Device::Type::cpu, rule_update_kernel<formula::RadamRule>);
}

}  // namespace triptych
