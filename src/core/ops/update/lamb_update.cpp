#include "core/ops/update/composed.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/composed_updates.h"

namespace triptych {

void lamb_update(const Tensor& learning_rate, std::span<const Tensor> parameters, std::span<const Tensor> gradients,
                 std::span<const Tensor> first_moments, std::span<const Tensor> second_moments,
                 std::span<const Tensor> steps, const LambUpdate& attributes, Location at) {
  const Hyperparameters check("lamb_update", at);
  check.decay("beta1", attributes.beta1);
  check.decay("beta2", attributes.beta2);
  check.not_negative("epsilon", attributes.epsilon);
  check.not_negative("weight_decay", attributes.weight_decay);
  const Frame frame(at);
  ComposedUpdate update("lamb_update", learning_rate, parameters, gradients, {first_moments, second_moments}, steps,
                        at);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Tensor rate = update.number(update.rate(i), i), t = update.step(i), g = update.wide(gradients[i]);
    const Tensor m0 = update.wide(first_moments[i]), v0 = update.wide(second_moments[i]);
    const Tensor m = m0 + (g - m0) * (1 - attributes.beta1), v = v0 + (square(g) - v0) * (1 - attributes.beta2);
    Tensor p = update.wide(parameters[i]);
    if (attributes.weight_decay != 0) p = p - p * attributes.weight_decay * rate;
    const Tensor direction = m / update.number(1 - pow(attributes.beta1, t), i) /
                             (sqrt(v / update.number(1 - pow(attributes.beta2, t), i)) + attributes.epsilon);
    const Tensor length = sqrt(sum(square(p))), step_length = sqrt(sum(square(direction)));
    const Tensor ratio = where((length > 0) & (step_length > 0), length / step_length, ones_like(length));
    update.write(parameters[i], p - ratio * rate * direction);
    update.write(first_moments[i], m);
    update.write(second_moments[i], v);
  }
  update.finish();
}

}  // namespace triptych
