#include "core/kernels/update/rule_update.h"

namespace triptych {

extern const Op adadelta_update_op;

void register_adadelta_update_kernels() {
  register_kernel(adadelta_update_op, Device::Type::cpu, rule_update_kernel<formula::AdadeltaRule>);
}

}  // namespace triptych
