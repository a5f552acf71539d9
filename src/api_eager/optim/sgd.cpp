#include "triptych/eager/optim/sgd.h"

#include "core/support/hyperparameter.h"
#include "triptych/core/error.h"
#include "triptych/core/ops/update_rules.h"

namespace triptych::eager::optim {

void SGD::check_rule(const SGDOptions& o, Location where) {
  const Hyperparameters check(class_name, where);
  check.not_negative("lr", o.lr);
  check.not_negative("momentum", o.momentum);
  check.finite("dampening", o.dampening);
  check.not_negative("weight_decay", o.weight_decay);
  if (o.nesterov && (o.momentum <= 0 || o.dampening != 0))
    throw ArgumentError(class_name, "nesterov comes without a momentum, or with dampening",
                        "momentum " + std::to_string(o.momentum) + ", dampening " + std::to_string(o.dampening), "",
                        where);
}

std::vector<Optimizer::Setting> SGD::settings_of(SGDOptions& o) {
  return {{"lr", &o.lr},
          {"momentum", &o.momentum},
          {"dampening", &o.dampening},
          {"weight_decay", &o.weight_decay},
          {"nesterov", &o.nesterov},
          {"maximize", &o.maximize}};
}

std::vector<Optimizer::Buffer> SGD::buffers_of([[maybe_unused]] const SGDOptions& o) {
  return {{"momentum_buffer", o.momentum != 0}};
}

void SGD::update(const SGDOptions& o, const Tensor& rate, const Operands& with, Location where) {
  const bool decoupled = o.formula != UpdateFormula::torch;
  if (o.momentum == 0)
    sgd_update(rate, with.parameters, with.gradients,
               {.weight_decay = o.weight_decay,
                .decoupled_weight_decay = decoupled,
                .maximize = o.maximize,
                .formula = o.formula},
               where);
  else
    momentum_update(rate, with.parameters, with.gradients, with.buffers[0], with.steps,
                    {.momentum = o.momentum,
                     .dampening = o.dampening,
                     .weight_decay = o.weight_decay,
                     .decoupled_weight_decay = decoupled,
                     .nesterov = o.nesterov,
                     .maximize = o.maximize,
                     .formula = o.formula},
                    where);
}

void ASGD::check_rule(const ASGDOptions& o, Location where) {
  const Hyperparameters check(class_name, where);
  check.not_negative("lr", o.lr);
  check.not_negative("lambd", o.lambd);
  check.finite("alpha", o.alpha);
  check.finite("t0", o.t0);
  check.not_negative("weight_decay", o.weight_decay);
}

std::vector<Optimizer::Setting> ASGD::settings_of(ASGDOptions& o) {
  return {{"lr", &o.lr},
          {"lambd", &o.lambd},
          {"alpha", &o.alpha},
          {"t0", &o.t0, true},
          {"weight_decay", &o.weight_decay},
          {"maximize", &o.maximize}};
}

std::vector<Optimizer::Buffer> ASGD::buffers_of([[maybe_unused]] const ASGDOptions& o) {
  return {{"eta", true, o.lr, Form::number}, {"mu", true, 1, Form::number}, {"ax"}};
}

void ASGD::update(const ASGDOptions& o, const Tensor& rate, const Operands& with, Location where) {
  asgd_update(rate, with.parameters, with.gradients, with.buffers[2], with.buffers[0], with.buffers[1], with.steps,
              {.lambd = o.lambd, .alpha = o.alpha, .t0 = o.t0, .weight_decay = o.weight_decay, .maximize = o.maximize},
              where);
}

void Rprop::check_rule(const RpropOptions& o, Location where) {
  const Hyperparameters check(class_name, where);
  check.not_negative("lr", o.lr);
  if (!(o.etas.first > 0 && o.etas.first < 1 && o.etas.second > 1))
    throw ArgumentError(class_name, "the etas are not on both sides of 1",
                        number_text(o.etas.first) + " and " + number_text(o.etas.second),
                        "They are in (0, 1) and above 1", where);
  check.finite("the second eta", o.etas.second);
  check.not_negative("the smallest step size", o.step_sizes.first);
  check.not_negative("the largest step size", o.step_sizes.second);
}

std::vector<Optimizer::Setting> Rprop::settings_of(RpropOptions& o) {
  return {{"lr", &o.lr},
          {"etaminus", &o.etas.first},
          {"etaplus", &o.etas.second},
          {"step_size_min", &o.step_sizes.first},
          {"step_size_max", &o.step_sizes.second},
          {"maximize", &o.maximize}};
}

std::vector<Optimizer::Buffer> Rprop::buffers_of([[maybe_unused]] const RpropOptions& o) {
  return {{"prev"}, {"step_size", true, o.lr}};
}

void Rprop::update(const RpropOptions& o, const Tensor& rate, const Operands& with, Location where) {
  rprop_update(rate, with.parameters, with.gradients, with.buffers[0], with.buffers[1], with.steps,
               {.eta_minus = o.etas.first,
                .eta_plus = o.etas.second,
                .step_min = o.step_sizes.first,
                .step_max = o.step_sizes.second,
                .maximize = o.maximize},
               where);
}

void Lion::check_rule(const LionOptions& o, Location where) {
  const Hyperparameters check(class_name, where);
  check.not_negative("lr", o.lr);
  for (const double beta : {o.betas.first, o.betas.second}) check.share("a beta", beta);
  check.not_negative("weight_decay", o.weight_decay);
}

std::vector<Optimizer::Setting> Lion::settings_of(LionOptions& o) {
  return {{"lr", &o.lr},
          {"beta1", &o.betas.first},
          {"beta2", &o.betas.second},
          {"weight_decay", &o.weight_decay},
          {"maximize", &o.maximize}};
}

std::vector<Optimizer::Buffer> Lion::buffers_of([[maybe_unused]] const LionOptions& o) { return {{"exp_avg"}}; }

void Lion::update(const LionOptions& o, const Tensor& rate, const Operands& with, Location where) {
  lion_update(rate, with.parameters, with.gradients, with.buffers[0], with.steps,
              {.beta1 = o.betas.first, .beta2 = o.betas.second, .weight_decay = o.weight_decay, .maximize = o.maximize},
              where);
}

}  // namespace triptych::eager::optim
