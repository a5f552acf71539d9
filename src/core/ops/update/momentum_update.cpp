// momentum_update: SGD with a momentum buffer, over a list of parameters in one call.
#include "core/ops/update/update.h"
#include "core/support/hyperparameter.h"

namespace triptych {
namespace {

void momentum_update_infer(Infer& infer) { infer_update(infer, 4, true); }

}  // namespace

/// Inputs: lr, then (p, g, b, step) for each parameter.
extern const Op momentum_update_op{.name = "momentum_update",
                                   .inputs = 1,
                                   .max_inputs = any_number,
                                   .attributes = &attribute_type<MomentumUpdate>,
                                   .infer = momentum_update_infer,
                                   .gradient_stops = true,
                                   .writes = update_writes<4>};

void momentum_update(const Tensor& learning_rate, std::span<const Tensor> parameters, std::span<const Tensor> gradients,
                     std::span<const Tensor> buffers, std::span<const Tensor> steps, const MomentumUpdate& attributes,
                     Location where) {
  const Hyperparameters check("momentum_update", where);
  check.not_negative("momentum", attributes.momentum);
  check.finite("dampening", attributes.dampening);
  check.not_negative("weight_decay", attributes.weight_decay);
  apply_update(momentum_update_op, learning_rate, {parameters, gradients, buffers, steps}, &attributes, where);
}

}  // namespace triptych
