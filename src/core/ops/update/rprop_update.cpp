// rprop_update: resilient backpropagation, over a list of parameters in one call.
#include "core/ops/update/update.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops/update_rules.h"

namespace triptych {

/// Inputs: lr, then (p, g, last g, step size, step) for each parameter.
extern const Op rprop_update_op = rule_update_op<RpropUpdate, 2>("rprop_update");

void rprop_update(const Tensor& learning_rate, std::span<const Tensor> parameters, std::span<const Tensor> gradients,
                  std::span<const Tensor> previous, std::span<const Tensor> step_sizes, std::span<const Tensor> steps,
                  const RpropUpdate& attributes, Location where) {
  const Hyperparameters check("rprop_update", where);
  check.positive("eta_minus", attributes.eta_minus);
  check.positive("eta_plus", attributes.eta_plus);
  check.not_negative("step_min", attributes.step_min);
  check.not_negative("step_max", attributes.step_max);
  apply_update(rprop_update_op, learning_rate, {parameters, gradients, previous, step_sizes, steps}, &attributes,
               where);
}

}  // namespace triptych
