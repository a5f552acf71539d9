// TensorFlow's optimizers. The formulas stand in the update ops.
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/update_rules.h"
#include "triptych/lowlevel/optimizer.h"

namespace triptych::lowlevel {

GradientDescent::GradientDescent(const GradientDescentOptions& options, Location where)
    : Optimizer(options.name, options.learning_rate, where) {}

void GradientDescent::update(const Tensor& learning_rate, const std::vector<Tensor>& parameters,
                             const std::vector<Tensor>& gradients, Location where) {
  sgd_update(learning_rate, parameters, gradients, {.formula = UpdateFormula::tf}, where);
}

Momentum::Momentum(const MomentumOptions& options, Location where)
    : Optimizer(options.name, options.learning_rate, where), options_(options) {
  const Hyperparameters check(get_name(), where);
  check.not_negative("momentum", options.momentum);
}

void Momentum::update(const Tensor& learning_rate, const std::vector<Tensor>& parameters,
                      const std::vector<Tensor>& gradients, Location where) {
  momentum_update(learning_rate, parameters, gradients, slots(parameters, "momentum"), counts(parameters),
                  {.momentum = options_.momentum, .nesterov = options_.use_nesterov, .formula = UpdateFormula::tf},
                  where);
}

Adagrad::Adagrad(const AdagradOptions& options, Location where)
    : Optimizer(options.name, options.learning_rate, where), options_(options) {
  const Hyperparameters check(get_name(), where);
  check.not_negative("initial_accumulator_value", options.initial_accumulator_value);
}

void Adagrad::update(const Tensor& learning_rate, const std::vector<Tensor>& parameters,
                     const std::vector<Tensor>& gradients, Location where) {
  adagrad_update(learning_rate, parameters, gradients,
                 slots(parameters, "accumulator", options_.initial_accumulator_value), counts(parameters),
                 {.epsilon = 0, .formula = UpdateFormula::tf}, where);
}

Adadelta::Adadelta(const AdadeltaOptions& options, Location where)
    : Optimizer(options.name, options.learning_rate, where), options_(options) {
  const Hyperparameters check(get_name(), where);
  check.share("rho", options.rho);
  check.not_negative("epsilon", options.epsilon);
}

void Adadelta::update(const Tensor& learning_rate, const std::vector<Tensor>& parameters,
                      const std::vector<Tensor>& gradients, Location where) {
  adadelta_update(learning_rate, parameters, gradients, slots(parameters, "accum"), slots(parameters, "accum_update"),
                  counts(parameters), {.rho = options_.rho, .epsilon = options_.epsilon, .formula = UpdateFormula::tf},
                  where);
}

RMSProp::RMSProp(const RMSPropOptions& options, Location where)
    : Optimizer(options.name, options.learning_rate, where), options_(options) {
  const Hyperparameters check(get_name(), where);
  check.share("decay", options.decay);
  check.not_negative("momentum", options.momentum);
  check.not_negative("epsilon", options.epsilon);
}

void RMSProp::update(const Tensor& learning_rate, const std::vector<Tensor>& parameters,
                     const std::vector<Tensor>& gradients, Location where) {
  rmsprop_update(learning_rate, parameters, gradients, slots(parameters, "rms", 1), counts(parameters),
                 {.rho = options_.decay,
                  .momentum = options_.momentum,
                  .epsilon = options_.epsilon,
                  .centered = options_.centered,
                  .formula = UpdateFormula::tf},
                 options_.centered ? slots(parameters, "mg") : std::vector<Tensor>(), slots(parameters, "momentum"),
                 where);
}

Adam::Adam(const AdamOptions& options, Location where)
    : Optimizer(options.name, options.learning_rate, where), options_(options) {
  const Hyperparameters check(get_name(), where);
  check.decay("beta1", options.beta1);
  check.decay("beta2", options.beta2);
  check.not_negative("epsilon", options.epsilon);
}

void Adam::update(const Tensor& learning_rate, const std::vector<Tensor>& parameters,
                  const std::vector<Tensor>& gradients, Location where) {
  adam_update(
      learning_rate, parameters, gradients, slots(parameters, "m"), slots(parameters, "v"), counts(parameters),
      {.beta1 = options_.beta1, .beta2 = options_.beta2, .epsilon = options_.epsilon, .formula = UpdateFormula::tf}, {},
      where);
}

AdamW::AdamW(const AdamWOptions& options, Location where)
    : Optimizer(options.name, options.learning_rate, where), options_(options) {
  const Hyperparameters check(get_name(), where);
  check.not_negative("weight_decay", options.weight_decay);
  check.decay("beta1", options.beta1);
  check.decay("beta2", options.beta2);
  check.not_negative("epsilon", options.epsilon);
}

void AdamW::update(const Tensor& learning_rate, const std::vector<Tensor>& parameters,
                   const std::vector<Tensor>& gradients, Location where) {
  adam_update(learning_rate, parameters, gradients, slots(parameters, "m"), slots(parameters, "v"), counts(parameters),
              {.beta1 = options_.beta1,
               .beta2 = options_.beta2,
               .epsilon = options_.epsilon,
               .weight_decay = options_.weight_decay,
               .decoupled_weight_decay = true,
               .formula = UpdateFormula::tf},
              {}, where);
}

Ftrl::Ftrl(const FtrlOptions& options, Location where)
    : Optimizer(options.name, options.learning_rate, where), options_(options) {
  const Hyperparameters check(get_name(), where);
  check.not_negative("-learning_rate_power", -options.learning_rate_power);
  check.not_negative("initial_accumulator_value", options.initial_accumulator_value);
  check.not_negative("l1_regularization_strength", options.l1_regularization_strength);
  check.not_negative("l2_regularization_strength", options.l2_regularization_strength);
  check.not_negative("l2_shrinkage_regularization_strength", options.l2_shrinkage_regularization_strength);
  check.not_negative("beta", options.beta);
}

void Ftrl::update(const Tensor& learning_rate, const std::vector<Tensor>& parameters,
                  const std::vector<Tensor>& gradients, Location where) {
  ftrl_update(learning_rate, parameters, gradients, slots(parameters, "accum", options_.initial_accumulator_value),
              slots(parameters, "linear"), counts(parameters),
              {.learning_rate_power = options_.learning_rate_power,
               .l1 = options_.l1_regularization_strength,
               .l2 = options_.l2_regularization_strength,
               .l2_shrinkage = options_.l2_shrinkage_regularization_strength,
               .beta = options_.beta},
              where);
}

ProximalGradientDescent::ProximalGradientDescent(const ProximalGradientDescentOptions& options, Location where)
    : Optimizer(options.name, options.learning_rate, where), options_(options) {
  const Hyperparameters check(get_name(), where);
  check.not_negative("l1_regularization_strength", options.l1_regularization_strength);
  check.not_negative("l2_regularization_strength", options.l2_regularization_strength);
}

void ProximalGradientDescent::update(const Tensor& learning_rate, const std::vector<Tensor>& parameters,
                                     const std::vector<Tensor>& gradients, Location where) {
  proximal_update(learning_rate, parameters, gradients, counts(parameters),
                  {.l1 = options_.l1_regularization_strength, .l2 = options_.l2_regularization_strength}, {}, where);
}

ProximalAdagrad::ProximalAdagrad(const ProximalAdagradOptions& options, Location where)
    : Optimizer(options.name, options.learning_rate, where), options_(options) {
  const Hyperparameters check(get_name(), where);
  check.not_negative("initial_accumulator_value", options.initial_accumulator_value);
  check.not_negative("l1_regularization_strength", options.l1_regularization_strength);
  check.not_negative("l2_regularization_strength", options.l2_regularization_strength);
}

void ProximalAdagrad::update(const Tensor& learning_rate, const std::vector<Tensor>& parameters,
                             const std::vector<Tensor>& gradients, Location where) {
  proximal_update(learning_rate, parameters, gradients, counts(parameters),
                  {.l1 = options_.l1_regularization_strength, .l2 = options_.l2_regularization_strength},
                  slots(parameters, "accumulator", options_.initial_accumulator_value), where);
}

}  // namespace triptych::lowlevel
