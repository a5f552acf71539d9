// adagrad_update: gradients divided by the root of the sum of their squares, over a list of parameters in one call.
#include "core/ops/update/update.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops/update_rules.h"

namespace triptych {

/// Inputs: lr, then (p, g, s, step) for each parameter.
extern const Op adagrad_update_op = rule_update_op<AdagradUpdate, 1>("adagrad_update");

void adagrad_update(const Tensor& learning_rate, std::span<const Tensor> parameters, std::span<const Tensor> gradients,
                    std::span<const Tensor> sums, std::span<const Tensor> steps, const AdagradUpdate& attributes,
                    Location where) {
  const Hyperparameters check("adagrad_update", where);
  check.not_negative("lr_decay", attributes.lr_decay);
  check.not_negative("epsilon", attributes.epsilon);
  check.not_negative("weight_decay", attributes.weight_decay);
  apply_update(adagrad_update_op, learning_rate, {parameters, gradients, sums, steps}, &attributes, where);
}

}  // namespace triptych
