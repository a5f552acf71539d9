// radam_update: rectified Adam, over a list of parameters in one call.
#include "core/ops/update/update.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops/update_rules.h"

namespace triptych {

/// Inputs: lr, then (p, g, m, v, step) for each parameter.
extern const Op radam_update_op = rule_update_op<RadamUpdate, 2>("radam_update");

void radam_update(const Tensor& learning_rate, std::span<const Tensor> parameters, std::span<const Tensor> gradients,
                  std::span<const Tensor> first_moments, std::span<const Tensor> second_moments,
                  std::span<const Tensor> steps, const RadamUpdate& attributes, Location where) {
  const Hyperparameters check("radam_update", where);
  check.decay("beta1", attributes.beta1);
  check.decay("beta2", attributes.beta2);
  check.not_negative("epsilon", attributes.epsilon);
  check.not_negative("weight_decay", attributes.weight_decay);
  apply_update(radam_update_op, learning_rate, {parameters, gradients, first_moments, second_moments, steps},
               &attributes, where);
}

}  // namespace triptych
