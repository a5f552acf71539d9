// sgd_update: p <- p - lr g, over a list of parameters in one call.
#include "core/ops/update/update.h"
#include "core/support/hyperparameter.h"

namespace triptych {
namespace {

void sgd_update_infer(Infer& infer) { infer_update(infer, 2, false); }

}  // namespace

/// Inputs: lr, then (p, g) for each parameter.
extern const Op sgd_update_op{.name = "sgd_update",
                              .inputs = 1,
                              .max_inputs = any_number,
                              .attributes = &attribute_type<SgdUpdate>,
                              .infer = sgd_update_infer,
                              .gradient_stops = true,
                              .writes = update_writes<2>};

void sgd_update(const Tensor& learning_rate, std::span<const Tensor> parameters, std::span<const Tensor> gradients,
                const SgdUpdate& attributes, Location where) {
  Hyperparameters("sgd_update", where).not_negative("weight_decay", attributes.weight_decay);
  apply_update(sgd_update_op, learning_rate, {parameters, gradients}, &attributes, where);
}

}  // namespace triptych
