#include "core/support/hyperparameter.h"
#include "triptych/eager/optim.h"

namespace triptych::eager::optim {

SGD::SGD(std::vector<Tensor> params, const SGDOptions& options, Location where)
    : GroupedOptimizer("SGD", {"momentum_buffer"}) {
  add_param_group(std::move(params), options, where);
}

void SGD::check(const SGDOptions& o, Location where) const {
  const Hyperparameters check(name_, where);
  check.not_negative("lr", o.lr);
  check.not_negative("momentum", o.momentum);
  check.finite("dampening", o.dampening);
  check.not_negative("weight_decay", o.weight_decay);
  if (o.nesterov && (o.momentum <= 0 || o.dampening != 0))
    fail("nesterov comes without a momentum, or with dampening",
         "momentum " + std::to_string(o.momentum) + ", dampening " + std::to_string(o.dampening), "", where);
}

void SGD::step(Location where) {
  const Frame frame(where);
  check_all(where);
  update_groups([&](std::size_t g) {
    const SGDOptions& o = param_groups_[g].options;
    const bool decoupled = o.formula != UpdateFormula::torch;
    Operands with = operands(groups_[g], buffers_used(g));
    if (with.parameters.empty()) return with;
    const Tensor& learning_rate = rate(groups_[g], o.lr);
    if (o.momentum == 0)
      sgd_update(learning_rate, with.parameters, with.gradients,
                 {.weight_decay = o.weight_decay,
                  .decoupled_weight_decay = decoupled,
                  .maximize = o.maximize,
                  .formula = o.formula},
                 where);
    else
      momentum_update(learning_rate, with.parameters, with.gradients, with.buffers[0], with.steps,
                      {.momentum = o.momentum,
                       .dampening = o.dampening,
                       .weight_decay = o.weight_decay,
                       .decoupled_weight_decay = decoupled,
                       .nesterov = o.nesterov,
                       .maximize = o.maximize,
                       .formula = o.formula},
                      where);
    return with;
  });
}

std::size_t SGD::buffers_used(std::size_t group) const { return param_groups_[group].options.momentum != 0 ? 1 : 0; }

std::vector<Optimizer::Setting> SGD::settings(std::size_t group) {
  SGDOptions& o = param_groups_[group].options;
  return {{"lr", &o.lr, nullptr},
          {"momentum", &o.momentum, nullptr},
          {"dampening", &o.dampening, nullptr},
          {"weight_decay", &o.weight_decay, nullptr},
          {"nesterov", nullptr, &o.nesterov},
          {"maximize", nullptr, &o.maximize}};
}

}  // namespace triptych::eager::optim
