// proximal_update and proximal_adagrad_update: gradient descent that keeps parameters small or zero, over a list of
// parameters in one call.
#include "core/ops/update/update.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops/update_rules.h"

namespace triptych {

/// Inputs: lr, then (p, g, step) for each parameter, with Adagrad (p, g, accumulator, step).
extern const Op proximal_update_op = rule_update_op<ProximalUpdate, 0>("proximal_update");
extern const Op proximal_adagrad_update_op = rule_update_op<ProximalUpdate, 1>("proximal_adagrad_update");

void proximal_update(const Tensor& learning_rate, std::span<const Tensor> parameters, std::span<const Tensor> gradients,
                     std::span<const Tensor> steps, const ProximalUpdate& attributes,
                     std::span<const Tensor> accumulators, Location where) {
  const Hyperparameters check("proximal_update", where);
  check.not_negative("l1", attributes.l1);
  check.not_negative("l2", attributes.l2);
  if (accumulators.empty())
    apply_update(proximal_update_op, learning_rate, {parameters, gradients, steps}, &attributes, where);
  else
    apply_update(proximal_adagrad_update_op, learning_rate, {parameters, gradients, accumulators, steps}, &attributes,
                 where);
}

}  // namespace triptych
