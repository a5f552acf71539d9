#include "cuda/kernels/update/rule_update.h"

namespace triptych {

extern const Op schedule_free_update_op;

namespace cuda {

void register_schedule_free_update_kernels() {
  register_kernel(schedule_free_update_op, Device::Type::cuda, rule_update_kernel<formula::ScheduleFreeRule>);
}

}  // namespace cuda
}  // namespace triptych
