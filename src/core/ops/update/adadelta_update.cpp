// adadelta_update: steps in the units of the parameters, over a list of parameters in one call.
#include "core/ops/update/update.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops/update_rules.h"

namespace triptych {

/// Inputs: lr, then (p, g, s, u, step) for each parameter.
extern const Op adadelta_update_op = rule_update_op<AdadeltaUpdate, 2>("adadelta_update");

void adadelta_update(const Tensor& learning_rate, std::span<const Tensor> parameters, std::span<const Tensor> gradients,
                     std::span<const Tensor> square_averages, std::span<const Tensor> square_deltas,
                     std::span<const Tensor> steps, const AdadeltaUpdate& attributes, Location where) {
  const Hyperparameters check("adadelta_update", where);
  check.share("rho", attributes.rho);
  check.not_negative("epsilon", attributes.epsilon);
  check.not_negative("weight_decay", attributes.weight_decay);
  apply_update(adadelta_update_op, learning_rate, {parameters, gradients, square_averages, square_deltas, steps},
               &attributes, where);
}

}  // namespace triptych
