#include "core/kernels/update/rule_update.h"

namespace triptych {

extern const Op schedule_free_update_op;

void register_schedule_free_update_kernels() {
  register_kernel(schedule_free_update_op, Device::Type::cpu, rule_update_kernel<formula::ScheduleFreeRule>);
}

}  // namespace triptych
