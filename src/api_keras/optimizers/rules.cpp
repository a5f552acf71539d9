// The rules of Keras's optimizers, with its defaults.
#include <algorithm>
#include <cctype>

#include "api_keras/names.h"
#include "api_keras/optimizers/rule_optimizer.h"
#include "api_keras/saving/fields.h"
#include "api_keras/saving/registry.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/error.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/composed_updates.h"
#include "triptych/core/ops/update_rules.h"

namespace triptych::keras::optimizers {
namespace {

template <class Options>
Optimizer made(Rule rule, const Options& options, Location where) {
  rule.config = config_of(options);
  return Optimizer(std::make_shared<RuleOptimizer>(std::move(rule), where), where);
}

/// A slot that starts as a number.
RuleSlot filled(std::string name, double start) {
  return {std::move(name), 0, [start](const Tensor& parameter, const std::string&) {
            return full(parameter.shape(), start, parameter.dtype());
          }};
}

void check_expression(const char* op, const std::string& pattern, Location where) {
  try {
    static_cast<void>(std::regex(pattern));
  } catch (const std::regex_error&) {
    throw ArgumentError(op, "a name is no regular expression", "'" + pattern + "'", "", where);
  }
}

}  // namespace

Optimizer SGD(SGDOptions o, Location where) {
  const Hyperparameters check("SGD", where);
  check.share("momentum", o.momentum);
  Rule rule{.name = "sgd",
            .class_name = "SGD",
            .learning_rate = o.learning_rate,
            .options = common(o),
            .slots = {},
            .update = {}};
  if (o.momentum == 0) {
    rule.counts = false;
    rule.update = [](const RuleStep& s) {
      sgd_update(s.rate, s.parameters, s.gradients,
                 {.weight_decay = s.weight_decay, .decoupled_weight_decay = true, .formula = UpdateFormula::keras});
    };
  } else {
    rule.slots = {{"momentum"}};
    rule.update = [o](const RuleStep& s) {
      momentum_update(s.rate, s.parameters, s.gradients, s.slot(0), s.steps,
                      {.momentum = o.momentum,
                       .weight_decay = s.weight_decay,
                       .decoupled_weight_decay = true,
                       .nesterov = o.nesterov,
                       .formula = UpdateFormula::keras});
    };
  }
  return made(std::move(rule), o, where);
}

Optimizer RMSprop(RMSpropOptions o, Location where) {
  const Hyperparameters check("RMSprop", where);
  check.share("rho", o.rho);
  check.share("momentum", o.momentum);
  check.not_negative("epsilon", o.epsilon);
  std::vector<RuleSlot> slots{{"velocity", 0}};
  if (o.momentum > 0) slots.push_back({"momentum", 1});
  if (o.centered) slots.push_back({"average_gradient", 2});
  return made({.name = "rmsprop",
               .class_name = "RMSprop",
               .learning_rate = o.learning_rate,
               .options = common(o),
               .slots = std::move(slots),
               .update =
                   [o](const RuleStep& s) {
                     const std::size_t after_momentum = o.momentum > 0 ? 2 : 1;
                     rmsprop_update(s.rate, s.parameters, s.gradients, s.slot(0), s.steps,
                                    {.rho = o.rho,
                                     .momentum = o.momentum,
                                     .epsilon = o.epsilon,
                                     .centered = o.centered,
                                     .weight_decay = s.weight_decay,
                                     .decoupled_weight_decay = true,
                                     .formula = UpdateFormula::keras},
                                    o.centered ? s.slot(after_momentum) : std::vector<Tensor>(),
                                    o.momentum > 0 ? s.slot(1) : std::vector<Tensor>());
                   }},
              o, where);
}

namespace {

Optimizer adam(const char* name, const char* op, const AdamOptions& o, Location where) {
  const Hyperparameters check(op, where);
  check.decay("beta_1", o.beta_1);
  check.decay("beta_2", o.beta_2);
  check.not_negative("epsilon", o.epsilon);
  std::vector<RuleSlot> slots{{"momentum"}, {"velocity"}};
  if (o.amsgrad) slots.push_back({"velocity_hat", 1});
  return made({.name = name,
               .class_name = op,
               .learning_rate = o.learning_rate,
               .options = common(o),
               .slots = std::move(slots),
               .update =
                   [o](const RuleStep& s) {
                     adam_update(s.rate, s.parameters, s.gradients, s.slot(0), s.slot(1), s.steps,
                                 {.beta1 = o.beta_1,
                                  .beta2 = o.beta_2,
                                  .epsilon = o.epsilon,
                                  .weight_decay = s.weight_decay,
                                  .decoupled_weight_decay = true,
                                  .formula = UpdateFormula::keras},
                                 o.amsgrad ? s.slot(2) : std::vector<Tensor>());
                   }},
              o, where);
}

}  // namespace

Optimizer Adam(AdamOptions o, Location where) { return adam("adam", "Adam", o, where); }

Optimizer AdamW(AdamWOptions o, Location where) {
  return adam("adamw", "AdamW",
              {.learning_rate = o.learning_rate,
               .beta_1 = o.beta_1,
               .beta_2 = o.beta_2,
               .epsilon = o.epsilon,
               .amsgrad = o.amsgrad,
               .weight_decay = o.weight_decay,
               .clipnorm = o.clipnorm,
               .clipvalue = o.clipvalue,
               .global_clipnorm = o.global_clipnorm,
               .use_ema = o.use_ema,
               .ema_momentum = o.ema_momentum,
               .ema_overwrite_frequency = o.ema_overwrite_frequency,
               .loss_scale_factor = o.loss_scale_factor,
               .gradient_accumulation_steps = o.gradient_accumulation_steps,
               .name = o.name},
              where);
}

Optimizer Adadelta(AdadeltaOptions o, Location where) {
  const Hyperparameters check("Adadelta", where);
  check.share("rho", o.rho);
  check.not_negative("epsilon", o.epsilon);
  return made({.name = "adadelta",
               .class_name = "Adadelta",
               .learning_rate = o.learning_rate,
               .options = common(o),
               .slots = {{"accumulated_grad"}, {"accumulated_delta_var"}},
               .update =
                   [o](const RuleStep& s) {
                     adadelta_update(s.rate, s.parameters, s.gradients, s.slot(0), s.slot(1), s.steps,
                                     {.rho = o.rho,
                                      .epsilon = o.epsilon,
                                      .weight_decay = s.weight_decay,
                                      .decoupled_weight_decay = true,
                                      .formula = UpdateFormula::keras});
                   }},
              o, where);
}

Optimizer Adagrad(AdagradOptions o, Location where) {
  const Hyperparameters check("Adagrad", where);
  check.not_negative("initial_accumulator_value", o.initial_accumulator_value);
  check.not_negative("epsilon", o.epsilon);
  return made({.name = "adagrad",
               .class_name = "Adagrad",
               .learning_rate = o.learning_rate,
               .options = common(o),
               .slots = {filled("accumulator", o.initial_accumulator_value)},
               .update =
                   [o](const RuleStep& s) {
                     adagrad_update(s.rate, s.parameters, s.gradients, s.slot(0), s.steps,
                                    {.epsilon = o.epsilon,
                                     .weight_decay = s.weight_decay,
                                     .decoupled_weight_decay = true,
                                     .formula = UpdateFormula::keras});
                   }},
              o, where);
}

Optimizer Adamax(AdamaxOptions o, Location where) {
  const Hyperparameters check("Adamax", where);
  check.decay("beta_1", o.beta_1);
  check.decay("beta_2", o.beta_2);
  check.not_negative("epsilon", o.epsilon);
  return made({.name = "adamax",
               .class_name = "Adamax",
               .learning_rate = o.learning_rate,
               .options = common(o),
               .slots = {{"momentum"}, {"norm"}},
               .update =
                   [o](const RuleStep& s) {
                     adamax_update(s.rate, s.parameters, s.gradients, s.slot(0), s.slot(1), s.steps,
                                   {.beta1 = o.beta_1,
                                    .beta2 = o.beta_2,
                                    .epsilon = o.epsilon,
                                    .weight_decay = s.weight_decay,
                                    .decoupled_weight_decay = true,
                                    .formula = UpdateFormula::keras});
                   }},
              o, where);
}

Optimizer Nadam(NadamOptions o, Location where) {
  const Hyperparameters check("Nadam", where);
  check.decay("beta_1", o.beta_1);
  check.decay("beta_2", o.beta_2);
  check.not_negative("epsilon", o.epsilon);
  return made({.name = "nadam",
               .class_name = "Nadam",
               .learning_rate = o.learning_rate,
               .options = common(o),
               .slots = {{"momentum"}, {"velocity"}},
               .update =
                   [o](const RuleStep& s) {
                     const std::vector<Tensor> products(s.parameters.size(), s.numbers[0]);
                     nadam_update(s.rate, s.parameters, s.gradients, s.slot(0), s.slot(1), products, s.steps,
                                  {.beta1 = o.beta_1,
                                   .beta2 = o.beta_2,
                                   .epsilon = o.epsilon,
                                   .momentum_decay = 1,
                                   .weight_decay = s.weight_decay,
                                   .decoupled_weight_decay = true,
                                   .formula = UpdateFormula::keras});
                   },
               .numbers = {{"u_product", 1}}},
              o, where);
}

Optimizer Ftrl(FtrlOptions o, Location where) {
  const Hyperparameters check("Ftrl", where);
  check.not_negative("-learning_rate_power", -o.learning_rate_power);
  check.not_negative("initial_accumulator_value", o.initial_accumulator_value);
  check.not_negative("l1_regularization_strength", o.l1_regularization_strength);
  check.not_negative("l2_regularization_strength", o.l2_regularization_strength);
  check.not_negative("l2_shrinkage_regularization_strength", o.l2_shrinkage_regularization_strength);
  check.not_negative("beta", o.beta);
  return made({.name = "ftrl",
               .class_name = "Ftrl",
               .learning_rate = o.learning_rate,
               .options = common(o),
               .slots = {filled("accumulator", o.initial_accumulator_value), {"linear"}},
               .update =
                   [o](const RuleStep& s) {
                     ftrl_update(s.rate, s.parameters, s.gradients, s.slot(0), s.slot(1), s.steps,
                                 {.learning_rate_power = o.learning_rate_power,
                                  .l1 = o.l1_regularization_strength,
                                  .l2 = o.l2_regularization_strength,
                                  .l2_shrinkage = o.l2_shrinkage_regularization_strength,
                                  .beta = o.beta,
                                  .weight_decay = s.weight_decay,
                                  .decoupled_weight_decay = true,
                                  .formula = UpdateFormula::keras});
                   }},
              o, where);
}

Optimizer Lion(LionOptions o, Location where) {
  const Hyperparameters check("Lion", where);
  check.positive("beta_1", o.beta_1);
  check.share("beta_1", o.beta_1);
  check.share("beta_2", o.beta_2);
  return made({.name = "lion",
               .class_name = "Lion",
               .learning_rate = o.learning_rate,
               .options = common(o),
               .slots = {{"momentum"}},
               .update =
                   [o](const RuleStep& s) {
                     lion_update(s.rate, s.parameters, s.gradients, s.slot(0), s.steps,
                                 {.beta1 = o.beta_1,
                                  .beta2 = o.beta_2,
                                  .weight_decay = s.weight_decay,
                                  .decoupled_weight_decay = true,
                                  .formula = UpdateFormula::keras});
                   }},
              o, where);
}

Optimizer Lamb(LambOptions o, Location where) {
  const Hyperparameters check("Lamb", where);
  check.decay("beta_1", o.beta_1);
  check.decay("beta_2", o.beta_2);
  check.not_negative("epsilon", o.epsilon);
  return made({.name = "lamb",
               .class_name = "Lamb",
               .learning_rate = o.learning_rate,
               .options = common(o),
               .slots = {{"momentum"}, {"velocity"}},
               .update =
                   [o](const RuleStep& s) {
                     lamb_update(
                         s.rate, s.parameters, s.gradients, s.slot(0), s.slot(1), s.steps,
                         {.beta1 = o.beta_1, .beta2 = o.beta_2, .epsilon = o.epsilon, .weight_decay = s.weight_decay});
                   }},
              o, where);
}

Optimizer ScheduleFreeAdamW(ScheduleFreeAdamWOptions o, Location where) {
  const Hyperparameters check("ScheduleFreeAdamW", where);
  check.positive("beta_1", o.beta_1);
  check.share("beta_1", o.beta_1);
  check.decay("beta_2", o.beta_2);
  check.not_negative("epsilon", o.epsilon);
  if (o.warmup_steps < 0)
    throw ArgumentError("ScheduleFreeAdamW", "warmup_steps is negative", std::to_string(o.warmup_steps), "", where);
  return made({.name = "schedule_free_adam_w",
               .class_name = "ScheduleFreeAdamW",
               .learning_rate = o.learning_rate,
               .options = common(o),
               .slots = {{"momentum", 0,
                          [](const Tensor& parameter, const std::string&) { return parameter.detach().clone(); }},
                         {"velocity"}},
               .update =
                   [o](const RuleStep& s) {
                     schedule_free_update(s.rate, s.parameters, s.gradients, s.slot(0), s.slot(1), s.steps,
                                          {.beta1 = o.beta_1,
                                           .beta2 = o.beta_2,
                                           .epsilon = o.epsilon,
                                           .warmup_steps = o.warmup_steps,
                                           .weight_decay = s.weight_decay,
                                           .decoupled_weight_decay = true,
                                           .formula = UpdateFormula::keras});
                   }},
              o, where);
}

Optimizer Adafactor(AdafactorOptions o, Location where) {
  const Hyperparameters check("Adafactor", where);
  check.not_negative("-beta_2_decay", -o.beta_2_decay);
  check.not_negative("epsilon_1", o.epsilon_1);
  check.not_negative("epsilon_2", o.epsilon_2);
  check.positive("clip_threshold", o.clip_threshold);
  /// Zeros of the parameter's shape without a dimension, counted from the end; nothing for vectors.
  const auto without = [](int from_end) {
    return [from_end](const Tensor& parameter, const std::string&) {
      if (parameter.ndim() < 2) return Tensor();
      std::vector<std::int64_t> shape;
      for (int axis = 0; axis < parameter.ndim(); ++axis)
        if (axis != parameter.ndim() - from_end) shape.push_back(parameter.shape().dim(axis).raw());
      return zeros(Shape(shape), parameter.dtype());
    };
  };
  return made({.name = "adafactor",
               .class_name = "Adafactor",
               .learning_rate = o.learning_rate,
               .options = common(o),
               .slots = {{"row", 0, without(1)}, {"column", 0, without(2)}, {"velocity"}},
               .update =
                   [o](const RuleStep& s) {
                     adafactor_update(s.rate, s.parameters, s.gradients, s.slot(0), s.slot(1), s.slot(2), s.steps,
                                      {.beta2_decay = o.beta_2_decay,
                                       .epsilon1 = o.epsilon_1,
                                       .machine_epsilon = false,
                                       .epsilon2 = o.epsilon_2,
                                       .clip_threshold = o.clip_threshold,
                                       .weight_decay = s.weight_decay,
                                       .formula = UpdateFormula::keras});
                   }},
              o, where);
}

Optimizer Muon(MuonOptions o, Location where) {
  const Hyperparameters check("Muon", where);
  check.decay("adam_beta_1", o.adam_beta_1);
  check.decay("adam_beta_2", o.adam_beta_2);
  check.not_negative("adam_weight_decay", o.adam_weight_decay);
  check.not_negative("epsilon", o.epsilon);
  check.not_negative("adam_lr_ratio", o.adam_lr_ratio);
  check.share("momentum", o.momentum);
  for (const double coefficient : {o.muon_a, o.muon_b, o.muon_c}) check.finite("a coefficient", coefficient);
  if (o.rms_rate) check.not_negative("rms_rate", *o.rms_rate);
  if (o.ns_steps < 0 || o.ns_steps >= 100)
    throw ArgumentError("Muon", "ns_steps is outside of [0, 100)", std::to_string(o.ns_steps), "", where);
  for (const std::string& pattern : o.exclude_layers) check_expression("Muon", pattern, where);
  const auto by_adam = [o](const Tensor& parameter, std::string path) {
    if (parameter.ndim() != 2) return true;
    if (std::any_of(o.exclude_layers.begin(), o.exclude_layers.end(),
                    [&](const std::string& pattern) { return std::regex_search(path, std::regex(pattern)); }))
      return true;
    std::transform(path.begin(), path.end(), path.begin(), [](unsigned char c) { return std::tolower(c); });
    return o.exclude_embeddings && path.find("embedding") != std::string::npos;
  };
  return made({.name = "muon",
               .class_name = "Muon",
               .learning_rate = o.learning_rate,
               .options = common(o),
               .slots = {{"momentum"},
                         {"velocity", 0,
                          [by_adam](const Tensor& parameter, const std::string& path) {
                            return by_adam(parameter, path) ? zeros(parameter.shape(), parameter.dtype()) : Tensor();
                          }}},
               .update =
                   [o](const RuleStep& s) {
                     // A velocity tells those that are Adam's.
                     const std::vector<Tensor> momenta = s.slot(0), velocities = s.slot(1);
                     std::vector<Tensor> p[2], g[2], m[2], v;
                     for (std::size_t i = 0; i < s.parameters.size(); ++i) {
                       const std::size_t adam = velocities[i].defined() ? 1 : 0;
                       p[adam].push_back(s.parameters[i]);
                       g[adam].push_back(s.gradients[i]);
                       m[adam].push_back(momenta[i]);
                       if (adam) v.push_back(velocities[i]);
                     }
                     if (!p[1].empty()) {
                       const std::vector<Tensor> steps(p[1].size(), s.steps[0]);
                       adam_update(s.rate * o.adam_lr_ratio, p[1], g[1], m[1], v, steps,
                                   {.beta1 = o.adam_beta_1,
                                    .beta2 = o.adam_beta_2,
                                    .epsilon = o.epsilon,
                                    .weight_decay = o.adam_lr_ratio == 0 ? 0 : s.weight_decay / o.adam_lr_ratio,
                                    .decoupled_weight_decay = true,
                                    .formula = UpdateFormula::keras});
                     }
                     if (p[0].empty()) return;
                     // Adam has counted the step for both.
                     const std::vector<Tensor> steps(p[1].empty() ? p[0].size() : 0, s.steps[0]);
                     muon_update(s.rate, p[0], g[0], m[0], steps,
                                 {.momentum = o.momentum,
                                  .nesterov = o.nesterov,
                                  .ns_coefficients = {o.muon_a, o.muon_b, o.muon_c},
                                  .ns_steps = o.ns_steps,
                                  .epsilon = 1e-7,
                                  .rms_rate = o.rms_rate.value_or(0),
                                  .weight_decay = s.weight_decay,
                                  .formula = UpdateFormula::keras});
                   },
               .decay =
                   [o, by_adam](const Tensor& parameter, const std::string& path) {
                     return by_adam(parameter, path) ? o.adam_weight_decay : o.weight_decay;
                   }},
              o, where);
}

Optimizer get(const std::string& identifier, Location where) {
  std::string key;
  for (const unsigned char c : identifier)
    if (c != '_') key += static_cast<char>(std::tolower(c));
  struct Entry {
    const char* name;
    Optimizer (*make)();
  };
  static constexpr Entry known[] = {{"adadelta", [] { return Adadelta(); }},
                                    {"adafactor", [] { return Adafactor(); }},
                                    {"adagrad", [] { return Adagrad(); }},
                                    {"adam", [] { return Adam(); }},
                                    {"adamax", [] { return Adamax(); }},
                                    {"adamw", [] { return AdamW(); }},
                                    {"ftrl", [] { return Ftrl(); }},
                                    {"lamb", [] { return Lamb(); }},
                                    {"lion", [] { return Lion(); }},
                                    {"muon", [] { return Muon(); }},
                                    {"nadam", [] { return Nadam(); }},
                                    {"rmsprop", [] { return RMSprop(); }},
                                    {"schedulefreeadamw", [] { return ScheduleFreeAdamW(); }},
                                    {"sgd", [] { return SGD(); }}};
  std::vector<std::string> names;
  for (const Entry& entry : known) {
    if (entry.name == key) return entry.make();
    names.emplace_back(entry.name);
  }
  if (const auto make = custom_function<Optimizer(const Config&)>(identifier)) return make({});
  no_such("optimizer", identifier, names, where);
}

}  // namespace triptych::keras::optimizers
