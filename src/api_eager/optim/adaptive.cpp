#include "triptych/eager/optim/adaptive.h"

#include "core/support/hyperparameter.h"
#include "triptych/core/ops/update_rules.h"

namespace triptych::eager::optim {

void RMSprop::check_rule(const RMSpropOptions& o, Location where) {
  const Hyperparameters check(class_name, where);
  check.not_negative("lr", o.lr);
  check.share("alpha", o.alpha);
  check.not_negative("eps", o.eps);
  check.not_negative("weight_decay", o.weight_decay);
  check.not_negative("momentum", o.momentum);
}

std::vector<Optimizer::Setting> RMSprop::settings_of(RMSpropOptions& o) {
  return {{"lr", &o.lr},
          {"alpha", &o.alpha},
          {"eps", &o.eps},
          {"weight_decay", &o.weight_decay},
          {"momentum", &o.momentum},
          {"centered", &o.centered},
          {"maximize", &o.maximize}};
}

std::vector<Optimizer::Buffer> RMSprop::buffers_of([[maybe_unused]] const RMSpropOptions& o) {
  return {{"square_avg"}, {"momentum_buffer", o.momentum != 0}, {"grad_avg", o.centered}};
}

void RMSprop::update(const RMSpropOptions& o, const Tensor& rate, const Operands& with, Location where) {
  rmsprop_update(rate, with.parameters, with.gradients, with.buffers[0], with.steps,
                 {.rho = o.alpha,
                  .momentum = o.momentum,
                  .epsilon = o.eps,
                  .centered = o.centered,
                  .weight_decay = o.weight_decay,
                  .maximize = o.maximize,
                  .formula = o.formula},
                 with.buffers[2], with.buffers[1], where);
}

void Adagrad::check_rule(const AdagradOptions& o, Location where) {
  const Hyperparameters check(class_name, where);
  check.not_negative("lr", o.lr);
  check.not_negative("lr_decay", o.lr_decay);
  check.not_negative("weight_decay", o.weight_decay);
  check.not_negative("initial_accumulator_value", o.initial_accumulator_value);
  check.not_negative("eps", o.eps);
}

std::vector<Optimizer::Setting> Adagrad::settings_of(AdagradOptions& o) {
  return {{"lr", &o.lr},
          {"lr_decay", &o.lr_decay},
          {"weight_decay", &o.weight_decay},
          {"initial_accumulator_value", &o.initial_accumulator_value},
          {"eps", &o.eps},
          {"maximize", &o.maximize}};
}

std::vector<Optimizer::Buffer> Adagrad::buffers_of([[maybe_unused]] const AdagradOptions& o) {
  return {{"sum", true, o.initial_accumulator_value, Form::parameter, true}};
}

void Adagrad::update(const AdagradOptions& o, const Tensor& rate, const Operands& with, Location where) {
  adagrad_update(rate, with.parameters, with.gradients, with.buffers[0], with.steps,
                 {.lr_decay = o.lr_decay, .epsilon = o.eps, .weight_decay = o.weight_decay, .maximize = o.maximize},
                 where);
}

void Adadelta::check_rule(const AdadeltaOptions& o, Location where) {
  const Hyperparameters check(class_name, where);
  check.not_negative("lr", o.lr);
  check.share("rho", o.rho);
  check.not_negative("eps", o.eps);
  check.not_negative("weight_decay", o.weight_decay);
}

std::vector<Optimizer::Setting> Adadelta::settings_of(AdadeltaOptions& o) {
  return {{"lr", &o.lr, true},
          {"rho", &o.rho},
          {"eps", &o.eps},
          {"weight_decay", &o.weight_decay},
          {"maximize", &o.maximize}};
}

std::vector<Optimizer::Buffer> Adadelta::buffers_of([[maybe_unused]] const AdadeltaOptions& o) {
  return {{"square_avg"}, {"acc_delta"}};
}

void Adadelta::update(const AdadeltaOptions& o, const Tensor& rate, const Operands& with, Location where) {
  adadelta_update(rate, with.parameters, with.gradients, with.buffers[0], with.buffers[1], with.steps,
                  {.rho = o.rho, .epsilon = o.eps, .weight_decay = o.weight_decay, .maximize = o.maximize}, where);
}

}  // namespace triptych::eager::optim
