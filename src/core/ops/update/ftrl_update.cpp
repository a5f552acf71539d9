// ftrl_update: follow the regularized leader, over a list of parameters in one call.
#include "core/ops/update/update.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops/update_rules.h"

namespace triptych {

/// Inputs: lr, then (p, g, accumulator, linear, step) for each parameter.
extern const Op ftrl_update_op = rule_update_op<FtrlUpdate, 2>("ftrl_update");

void ftrl_update(const Tensor& learning_rate, std::span<const Tensor> parameters, std::span<const Tensor> gradients,
                 std::span<const Tensor> accumulators, std::span<const Tensor> linears, std::span<const Tensor> steps,
                 const FtrlUpdate& attributes, Location where) {
  const Hyperparameters check("ftrl_update", where);
  check.not_negative("-learning_rate_power", -attributes.learning_rate_power);
  check.not_negative("l1", attributes.l1);
  check.not_negative("l2", attributes.l2);
  check.not_negative("l2_shrinkage", attributes.l2_shrinkage);
  check.not_negative("beta", attributes.beta);
  check.not_negative("weight_decay", attributes.weight_decay);
  apply_update(ftrl_update_op, learning_rate, {parameters, gradients, accumulators, linears, steps}, &attributes,
               where);
}

}  // namespace triptych
