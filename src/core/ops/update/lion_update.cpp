// lion_update: the sign of a momentum, over a list of parameters in one call.
#include "core/ops/update/update.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops/update_rules.h"

namespace triptych {

/// Inputs: lr, then (p, g, m, step) for each parameter.
extern const Op lion_update_op = rule_update_op<LionUpdate, 1>("lion_update");

void lion_update(const Tensor& learning_rate, std::span<const Tensor> parameters, std::span<const Tensor> gradients,
                 std::span<const Tensor> moments, std::span<const Tensor> steps, const LionUpdate& attributes,
                 Location where) {
  const Hyperparameters check("lion_update", where);
  check.share("beta1", attributes.beta1);
  check.share("beta2", attributes.beta2);
  check.not_negative("weight_decay", attributes.weight_decay);
  apply_update(lion_update_op, learning_rate, {parameters, gradients, moments, steps}, &attributes, where);
}

}  // namespace triptych
