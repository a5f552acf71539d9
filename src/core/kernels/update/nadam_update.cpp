#include "core/kernels/update/rule_update.h"

namespace triptych {

extern const Op nadam_update_op;

void register_nadam_update_kernels() {
  register_kernel(nadam_update_op, Device::Type::cpu, rule_update_kernel<formula::NadamRule>);
}

}  // namespace triptych
