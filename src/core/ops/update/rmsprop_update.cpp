// rmsprop_update and its variants with more buffers, over a list of parameters in one call.
#include "core/ops/update/update.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops/update_rules.h"

namespace triptych {

/// Inputs: lr, then (p, g, v, step) for each parameter; after v the averages of the gradients if centered, and the
/// momentum.
extern const Op rmsprop_update_op = rule_update_op<RmspropUpdate, 1>("rmsprop_update");
extern const Op centered_rmsprop_update_op = rule_update_op<RmspropUpdate, 2>("centered_rmsprop_update");
extern const Op rmsprop_momentum_update_op = rule_update_op<RmspropUpdate, 2>("rmsprop_momentum_update");
extern const Op centered_rmsprop_momentum_update_op =
    rule_update_op<RmspropUpdate, 3>("centered_rmsprop_momentum_update");

void rmsprop_update(const Tensor& learning_rate, std::span<const Tensor> parameters, std::span<const Tensor> gradients,
                    std::span<const Tensor> square_averages, std::span<const Tensor> steps,
                    const RmspropUpdate& attributes, std::span<const Tensor> averages, std::span<const Tensor> momenta,
                    Location where) {
  const Hyperparameters check("rmsprop_update", where);
  check.share("rho", attributes.rho);
  check.not_negative("momentum", attributes.momentum);
  check.not_negative("epsilon", attributes.epsilon);
  check.not_negative("weight_decay", attributes.weight_decay);
  const auto update = [&](const Op& op, std::initializer_list<std::span<const Tensor>> lists) {
    apply_update(op, learning_rate, lists, &attributes, where);
  };
  if (attributes.momentum == 0 && momenta.empty())
    attributes.centered ? update(centered_rmsprop_update_op, {parameters, gradients, square_averages, averages, steps})
                        : update(rmsprop_update_op, {parameters, gradients, square_averages, steps});
  else
    attributes.centered ? update(centered_rmsprop_momentum_update_op,
                                 {parameters, gradients, square_averages, averages, momenta, steps})
                        : update(rmsprop_momentum_update_op, {parameters, gradients, square_averages, momenta, steps});
}

}  // namespace triptych
