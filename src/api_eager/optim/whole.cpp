#include "triptych/eager/optim/whole.h"

#include "api_eager/repr.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/error.h"

namespace triptych::eager::optim {

void Adafactor::check_rule(const AdafactorOptions& o, Location where) {
  const Hyperparameters check(class_name, where);
  check.not_negative("lr", o.lr);
  check.not_negative("-beta2_decay", -o.beta2_decay);
  if (o.eps.first) check.not_negative("the first eps", *o.eps.first);
  check.not_negative("the second eps", o.eps.second);
  check.not_negative("d - 1", o.d - 1);
  check.not_negative("weight_decay", o.weight_decay);
}

std::vector<Optimizer::Setting> Adafactor::settings_of(AdafactorOptions& o) {
  return {{"lr", &o.lr},     {"beta2_decay", &o.beta2_decay},         {"eps2", &o.eps.second},
          {"d", &o.d, true}, {"weight_decay", &o.weight_decay, true}, {"maximize", &o.maximize}};
}

void Adafactor::add_texts(std::size_t group, std::map<std::string, std::string>& options) const {
  const auto& [first, second] = param_groups_[group].options.eps;
  options.erase("eps2");
  options["eps"] = "(" + python_text(first) + ", " + python_text(second) + ")";
}

std::vector<Optimizer::Buffer> Adafactor::buffers_of([[maybe_unused]] const AdafactorOptions& o) {
  return {{"row_var", true, 0, Form::row}, {"col_var", true, 0, Form::column}, {"variance", true, 0, Form::vector}};
}

void Adafactor::update(const AdafactorOptions& o, const Tensor& rate, const Operands& with, Location where) {
  adafactor_update(rate, with.parameters, with.gradients, with.buffers[0], with.buffers[1], with.buffers[2], with.steps,
                   {.beta2_decay = o.beta2_decay,
                    .epsilon1 = o.eps.first.value_or(0),
                    .machine_epsilon = !o.eps.first,
                    .epsilon2 = o.eps.second,
                    .clip_threshold = o.d,
                    .weight_decay = o.weight_decay,
                    .maximize = o.maximize},
                   where);
}

void Muon::check_shapes(const std::vector<Tensor>& parameters, Location where) {
  for (std::size_t i = 0; i < parameters.size(); ++i)
    if (parameters[i].ndim() != 2)
      throw ArgumentError(class_name, "a parameter is not a matrix",
                          "parameter " + std::to_string(i) + " is " + parameters[i].shape().text(),
                          "Give vectors and kernels to another optimizer", where);
}

void Muon::check_rule(const MuonOptions& o, Location where) {
  const Hyperparameters check(class_name, where);
  check.not_negative("lr", o.lr);
  check.not_negative("weight_decay", o.weight_decay);
  check.not_negative("momentum", o.momentum);
  check.not_negative("eps", o.eps);
  if (o.ns_steps < 0 || o.ns_steps >= 100)
    throw ArgumentError(class_name, "ns_steps is outside of [0, 100)", std::to_string(o.ns_steps), "", where);
}

std::vector<Optimizer::Setting> Muon::settings_of(MuonOptions& o) {
  return {{"lr", &o.lr},
          {"weight_decay", &o.weight_decay},
          {"momentum", &o.momentum},
          {"nesterov", &o.nesterov},
          {"ns_coefficients_a", &o.ns_coefficients[0]},
          {"ns_coefficients_b", &o.ns_coefficients[1]},
          {"ns_coefficients_c", &o.ns_coefficients[2]},
          {"eps", &o.eps},
          {"ns_steps", &o.ns_steps}};
}

void Muon::add_texts(std::size_t group, std::map<std::string, std::string>& options) const {
  const MuonOptions& o = param_groups_[group].options;
  for (const char* part : {"ns_coefficients_a", "ns_coefficients_b", "ns_coefficients_c"}) options.erase(part);
  const auto& [a, b, c] = o.ns_coefficients;
  options["ns_coefficients"] = "(" + python_text(a) + ", " + python_text(b) + ", " + python_text(c) + ")";
  constexpr const char* scales[] = {"None", "match_rms_adamw", "spectral_unclamped"};
  options["adjust_lr_fn"] = scales[static_cast<int>(o.adjust_lr_fn)];
}

std::vector<Optimizer::Buffer> Muon::buffers_of([[maybe_unused]] const MuonOptions& o) { return {{"momentum_buffer"}}; }

void Muon::update(const MuonOptions& o, const Tensor& rate, const Operands& with, Location where) {
  muon_update(rate, with.parameters, with.gradients, with.buffers[0], with.steps,
              {.momentum = o.momentum,
               .nesterov = o.nesterov,
               .ns_coefficients = o.ns_coefficients,
               .ns_steps = o.ns_steps,
               .epsilon = o.eps,
               .scale = o.adjust_lr_fn,
               .weight_decay = o.weight_decay},
              where);
}

}  // namespace triptych::eager::optim
