// schedule_free_update: AdamW that needs no schedule, over a list of parameters in one call.
#include "core/ops/update/update.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops/update_rules.h"

namespace triptych {

/// Inputs: lr, then (p, g, z, v, step) for each parameter.
extern const Op schedule_free_update_op = rule_update_op<ScheduleFreeUpdate, 2>("schedule_free_update");

void schedule_free_update(const Tensor& learning_rate, std::span<const Tensor> parameters,
                          std::span<const Tensor> gradients, std::span<const Tensor> iterates,
                          std::span<const Tensor> second_moments, std::span<const Tensor> steps,
                          const ScheduleFreeUpdate& attributes, Location where) {
  const Hyperparameters check("schedule_free_update", where);
  check.positive("beta1", attributes.beta1);
  check.share("beta1", attributes.beta1);
  check.decay("beta2", attributes.beta2);
  check.not_negative("epsilon", attributes.epsilon);
  check.not_negative("weight_decay", attributes.weight_decay);
  apply_update(schedule_free_update_op, learning_rate, {parameters, gradients, iterates, second_moments, steps},
               &attributes, where);
}

}  // namespace triptych
