// asgd_update: averaged SGD, over a list of parameters in one call.
#include "core/ops/update/update.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops/update_rules.h"

namespace triptych {

/// Inputs: lr, then (p, g, average, eta, mu, step) for each parameter.
extern const Op asgd_update_op = rule_update_op<AsgdUpdate, 1, 2>("asgd_update");

void asgd_update(const Tensor& learning_rate, std::span<const Tensor> parameters, std::span<const Tensor> gradients,
                 std::span<const Tensor> averages, std::span<const Tensor> etas, std::span<const Tensor> mus,
                 std::span<const Tensor> steps, const AsgdUpdate& attributes, Location where) {
  const Hyperparameters check("asgd_update", where);
  check.not_negative("lambd", attributes.lambd);
  check.finite("alpha", attributes.alpha);
  check.finite("t0", attributes.t0);
  check.not_negative("weight_decay", attributes.weight_decay);
  apply_update(asgd_update_op, learning_rate, {parameters, gradients, averages, etas, mus, steps}, &attributes, where,
               2);
}

}  // namespace triptych
