#include "core/support/hyperparameter.h"
#include "triptych/eager/optim.h"

namespace triptych::eager::optim {

Adam::Adam(std::vector<Tensor> params, const AdamOptions& options, Location where)
    : Adam("Adam", std::move(params), options, where) {}

Adam::Adam(const char* name, std::vector<Tensor> params, const AdamOptions& options, Location where)
    : GroupedOptimizer(name, {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"}) {
  add_param_group(std::move(params), options, where);
}

AdamW::AdamW(std::vector<Tensor> params, const AdamWOptions& o, Location where)
    : Adam("AdamW", std::move(params),
           {.lr = o.lr,
            .betas = o.betas,
            .eps = o.eps,
            .weight_decay = o.weight_decay,
            .amsgrad = o.amsgrad,
            .maximize = o.maximize,
            .decoupled_weight_decay = true,
            .formula = o.formula},
           where) {}

void Adam::check(const AdamOptions& o, Location where) const {
  const Hyperparameters check(name_, where);
  check.not_negative("lr", o.lr);
  for (const double beta : {o.betas.first, o.betas.second}) check.decay("a beta", beta);
  check.not_negative("eps", o.eps);
  check.not_negative("weight_decay", o.weight_decay);
}

void Adam::step(Location where) {
  const Frame frame(where);
  check_all(where);
  update_groups([&](std::size_t g) {
    const AdamOptions& o = param_groups_[g].options;
    Operands with = operands(groups_[g], buffers_used(g));
    if (!with.parameters.empty())
      adam_update(rate(groups_[g], o.lr), with.parameters, with.gradients, with.buffers[0], with.buffers[1], with.steps,
                  {.beta1 = o.betas.first,
                   .beta2 = o.betas.second,
                   .epsilon = o.eps,
                   .weight_decay = o.weight_decay,
                   .decoupled_weight_decay = o.decoupled_weight_decay,
                   .maximize = o.maximize,
                   .formula = o.formula},
                  o.amsgrad ? std::span<const Tensor>(with.buffers[2]) : std::span<const Tensor>(), where);
    return with;
  });
}

std::size_t Adam::buffers_used(std::size_t group) const { return param_groups_[group].options.amsgrad ? 3 : 2; }

std::vector<Optimizer::Setting> Adam::settings(std::size_t group) {
  AdamOptions& o = param_groups_[group].options;
  return {{"lr", &o.lr, nullptr},
          {"beta1", &o.betas.first, nullptr},
          {"beta2", &o.betas.second, nullptr},
          {"eps", &o.eps, nullptr},
          {"weight_decay", &o.weight_decay, nullptr},
          {"amsgrad", nullptr, &o.amsgrad},
          {"maximize", nullptr, &o.maximize},
          {"decoupled_weight_decay", nullptr, &o.decoupled_weight_decay}};
}

}  // namespace triptych::eager::optim
