#include "core/kernels/update/rule_update.h"

namespace triptych {

extern const Op adagrad_update_op;

void register_adagrad_update_kernels() {
  register_kernel(adagrad_update_op, Device::Type::cpu, rule_update_kernel<formula::AdagradRule>);
}

}  // namespace triptych
