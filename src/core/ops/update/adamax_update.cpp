// adamax_update: Adam with the maximum norm, over a list of parameters in one call.
#include "core/ops/update/update.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops/update_rules.h"

namespace triptych {

/// Inputs: lr, then (p, g, m, u, step) for each parameter.
extern const Op adamax_update_op = rule_update_op<AdamaxUpdate, 2>("adamax_update");

void adamax_update(const Tensor& learning_rate, std::span<const Tensor> parameters, std::span<const Tensor> gradients,
                   std::span<const Tensor> first_moments, std::span<const Tensor> norms, std::span<const Tensor> steps,
                   const AdamaxUpdate& attributes, Location where) {
  const Hyperparameters check("adamax_update", where);
  check.decay("beta1", attributes.beta1);
  check.decay("beta2", attributes.beta2);
  check.not_negative("epsilon", attributes.epsilon);
  check.not_negative("weight_decay", attributes.weight_decay);
  apply_update(adamax_update_op, learning_rate, {parameters, gradients, first_moments, norms, steps}, &attributes,
               where);
}

}  // namespace triptych
