#include "triptych/eager/optim/adam.h"

#include "core/support/hyperparameter.h"
#include "triptych/core/ops/update_rules.h"

namespace triptych::eager::optim {

void Adam::check_rule(const AdamOptions& o, Location where) {
  const Hyperparameters check(class_name, where);
  check.not_negative("lr", o.lr);
  for (const double beta : {o.betas.first, o.betas.second}) check.decay("a beta", beta);
  check.not_negative("eps", o.eps);
  check.not_negative("weight_decay", o.weight_decay);
}

std::vector<Optimizer::Setting> Adam::settings_of(AdamOptions& o) {
  return {{"lr", &o.lr},
          {"beta1", &o.betas.first},
          {"beta2", &o.betas.second},
          {"eps", &o.eps},
          {"weight_decay", &o.weight_decay},
          {"amsgrad", &o.amsgrad},
          {"maximize", &o.maximize},
          {"decoupled_weight_decay", &o.decoupled_weight_decay}};
}

std::vector<Optimizer::Buffer> Adam::buffers_of([[maybe_unused]] const AdamOptions& o) {
  return {{"exp_avg"}, {"exp_avg_sq"}, {"max_exp_avg_sq", o.amsgrad}};
}

void Adam::update(const AdamOptions& o, const Tensor& rate, const Operands& with, Location where) {
  adam_update(rate, with.parameters, with.gradients, with.buffers[0], with.buffers[1], with.steps,
              {.beta1 = o.betas.first,
               .beta2 = o.betas.second,
               .epsilon = o.eps,
               .weight_decay = o.weight_decay,
               .decoupled_weight_decay = o.decoupled_weight_decay,
               .maximize = o.maximize,
               .formula = o.formula},
              with.buffers[2], where);
}

void AdamW::check_rule(const AdamWOptions& o, Location where) {
  const Hyperparameters check(class_name, where);
  check.not_negative("lr", o.lr);
  for (const double beta : {o.betas.first, o.betas.second}) check.decay("a beta", beta);
  check.not_negative("eps", o.eps);
  check.not_negative("weight_decay", o.weight_decay);
}

std::vector<Optimizer::Setting> AdamW::settings_of(AdamWOptions& o) {
  return {{"lr", &o.lr},
          {"beta1", &o.betas.first},
          {"beta2", &o.betas.second},
          {"eps", &o.eps},
          {"weight_decay", &o.weight_decay},
          {"amsgrad", &o.amsgrad},
          {"maximize", &o.maximize}};
}

void AdamW::add_texts(std::size_t, std::map<std::string, std::string>& options) const {
  options["decoupled_weight_decay"] = "True";  // PyTorch's is an Adam with it
}

std::vector<Optimizer::Buffer> AdamW::buffers_of([[maybe_unused]] const AdamWOptions& o) {
  return {{"exp_avg"}, {"exp_avg_sq"}, {"max_exp_avg_sq", o.amsgrad}};
}

void AdamW::update(const AdamWOptions& o, const Tensor& rate, const Operands& with, Location where) {
  adam_update(rate, with.parameters, with.gradients, with.buffers[0], with.buffers[1], with.steps,
              {.beta1 = o.betas.first,
               .beta2 = o.betas.second,
               .epsilon = o.eps,
               .weight_decay = o.weight_decay,
               .decoupled_weight_decay = true,
               .maximize = o.maximize,
               .formula = o.formula},
              with.buffers[2], where);
}

void Adamax::check_rule(const AdamaxOptions& o, Location where) {
  const Hyperparameters check(class_name, where);
  check.not_negative("lr", o.lr);
  for (const double beta : {o.betas.first, o.betas.second}) check.decay("a beta", beta);
  check.not_negative("eps", o.eps);
  check.not_negative("weight_decay", o.weight_decay);
}

std::vector<Optimizer::Setting> Adamax::settings_of(AdamaxOptions& o) {
  return {{"lr", &o.lr},   {"beta1", &o.betas.first},         {"beta2", &o.betas.second},
          {"eps", &o.eps}, {"weight_decay", &o.weight_decay}, {"maximize", &o.maximize}};
}

std::vector<Optimizer::Buffer> Adamax::buffers_of([[maybe_unused]] const AdamaxOptions& o) {
  return {{"exp_avg"}, {"exp_inf"}};
}

void Adamax::update(const AdamaxOptions& o, const Tensor& rate, const Operands& with, Location where) {
  adamax_update(rate, with.parameters, with.gradients, with.buffers[0], with.buffers[1], with.steps,
                {.beta1 = o.betas.first,
                 .beta2 = o.betas.second,
                 .epsilon = o.eps,
                 .weight_decay = o.weight_decay,
                 .maximize = o.maximize},
                where);
}

void NAdam::check_rule(const NAdamOptions& o, Location where) {
  const Hyperparameters check(class_name, where);
  check.not_negative("lr", o.lr);
  for (const double beta : {o.betas.first, o.betas.second}) check.decay("a beta", beta);
  check.not_negative("eps", o.eps);
  check.not_negative("weight_decay", o.weight_decay);
  check.not_negative("momentum_decay", o.momentum_decay);
}

std::vector<Optimizer::Setting> NAdam::settings_of(NAdamOptions& o) {
  return {{"lr", &o.lr},
          {"beta1", &o.betas.first},
          {"beta2", &o.betas.second},
          {"eps", &o.eps},
          {"weight_decay", &o.weight_decay},
          {"momentum_decay", &o.momentum_decay},
          {"decoupled_weight_decay", &o.decoupled_weight_decay},
          {"maximize", &o.maximize}};
}

std::vector<Optimizer::Buffer> NAdam::buffers_of([[maybe_unused]] const NAdamOptions& o) {
  return {{"mu_product", true, 1, Form::number}, {"exp_avg"}, {"exp_avg_sq"}};
}

void NAdam::update(const NAdamOptions& o, const Tensor& rate, const Operands& with, Location where) {
  nadam_update(rate, with.parameters, with.gradients, with.buffers[1], with.buffers[2], with.buffers[0], with.steps,
               {.beta1 = o.betas.first,
                .beta2 = o.betas.second,
                .epsilon = o.eps,
                .momentum_decay = o.momentum_decay,
                .weight_decay = o.weight_decay,
                .decoupled_weight_decay = o.decoupled_weight_decay,
                .maximize = o.maximize},
               where);
}

void RAdam::check_rule(const RAdamOptions& o, Location where) {
  const Hyperparameters check(class_name, where);
  check.not_negative("lr", o.lr);
  for (const double beta : {o.betas.first, o.betas.second}) check.decay("a beta", beta);
  check.not_negative("eps", o.eps);
  check.not_negative("weight_decay", o.weight_decay);
}

std::vector<Optimizer::Setting> RAdam::settings_of(RAdamOptions& o) {
  return {{"lr", &o.lr},
          {"beta1", &o.betas.first},
          {"beta2", &o.betas.second},
          {"eps", &o.eps},
          {"weight_decay", &o.weight_decay},
          {"decoupled_weight_decay", &o.decoupled_weight_decay},
          {"maximize", &o.maximize}};
}

std::vector<Optimizer::Buffer> RAdam::buffers_of([[maybe_unused]] const RAdamOptions& o) {
  return {{"exp_avg"}, {"exp_avg_sq"}};
}

void RAdam::update(const RAdamOptions& o, const Tensor& rate, const Operands& with, Location where) {
  radam_update(rate, with.parameters, with.gradients, with.buffers[0], with.buffers[1], with.steps,
               {.beta1 = o.betas.first,
                .beta2 = o.betas.second,
                .epsilon = o.eps,
                .weight_decay = o.weight_decay,
                .decoupled_weight_decay = o.decoupled_weight_decay,
                .maximize = o.maximize},
               where);
}

}  // namespace triptych::eager::optim
