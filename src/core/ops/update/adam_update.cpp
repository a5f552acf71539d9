// adam_update and amsgrad_update: Adam and AdamW, over a list of parameters in one call.
#include "core/ops/update/update.h"
#include "core/support/hyperparameter.h"

namespace triptych {
namespace {

void adam_update_infer(Infer& infer) { infer_update(infer, 5, true); }
void amsgrad_update_infer(Infer& infer) { infer_update(infer, 6, true); }

}  // namespace

/// Inputs: lr, then (p, g, m, v, step) for each parameter.
extern const Op adam_update_op{.name = "adam_update",
                               .inputs = 1,
                               .max_inputs = any_number,
                               .attributes = &attribute_type<AdamUpdate>,
                               .infer = adam_update_infer,
                               .gradient_stops = true,
                               .writes = update_writes<5>};
/// Inputs: lr, then (p, g, m, v, the maximum of v, step) for each parameter.
extern const Op amsgrad_update_op{.name = "amsgrad_update",
                                  .inputs = 1,
                                  .max_inputs = any_number,
                                  .attributes = &attribute_type<AdamUpdate>,
                                  .infer = amsgrad_update_infer,
                                  .gradient_stops = true,
                                  .writes = update_writes<6>};

void adam_update(const Tensor& learning_rate, std::span<const Tensor> parameters, std::span<const Tensor> gradients,
                 std::span<const Tensor> first_moments, std::span<const Tensor> second_moments,
                 std::span<const Tensor> steps, const AdamUpdate& attributes, std::span<const Tensor> maxima,
                 Location where) {
  const Hyperparameters check("adam_update", where);
  check.decay("beta1", attributes.beta1);
  check.decay("beta2", attributes.beta2);
  check.not_negative("epsilon", attributes.epsilon);
  check.not_negative("weight_decay", attributes.weight_decay);
  if (maxima.empty())
    apply_update(adam_update_op, learning_rate, {parameters, gradients, first_moments, second_moments, steps},
                 &attributes, where);
  else
    apply_update(amsgrad_update_op, learning_rate,
                 {parameters, gradients, first_moments, second_moments, maxima, steps}, &attributes, where);
}

}  // namespace triptych
