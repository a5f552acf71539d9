// Optimizers, with Keras's defaults and formulas.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <vector>

#include "triptych/keras/optimizers/base.h"
#include "triptych/keras/optimizers/multi_optimizer.h"
#include "triptych/keras/optimizers/schedules.h"

namespace triptych::keras {

// Options, in Keras's order. Behind an optimizer's own stand those that all have: of the three ways to clip one may be
// given, each gradient's norm, each element, or the norm of all gradients. With use_ema averages of the weights are
// kept, average <- ema_momentum average + (1 - ema_momentum) weight, which replace the weights every
// ema_overwrite_frequency steps, or without it when `fit` ends. loss_scale_factor multiplies the loss and divides the
// gradients; gradients of gradient_accumulation_steps calls are averaged before a step.

struct SGDOptions {
  LearningRate learning_rate = 0.01;
  double momentum = 0;
  bool nesterov = false;
  /// Decoupled: p <- p - lr d p.
  double weight_decay = 0;
  std::optional<double> clipnorm = {};
  std::optional<double> clipvalue = {};
  std::optional<double> global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<std::int64_t> gradient_accumulation_steps = {};
  OwnedText name = "";
};
struct RMSpropOptions {
  LearningRate learning_rate = 0.001;
  double rho = 0.9;
  double momentum = 0;
  double epsilon = 1e-7;
  bool centered = false;
  double weight_decay = 0;
  std::optional<double> clipnorm = {};
  std::optional<double> clipvalue = {};
  std::optional<double> global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<std::int64_t> gradient_accumulation_steps = {};
  OwnedText name = "";
};
struct AdamOptions {
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;
  double weight_decay = 0;
  std::optional<double> clipnorm = {};
  std::optional<double> clipvalue = {};
  std::optional<double> global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<std::int64_t> gradient_accumulation_steps = {};
  OwnedText name = "";
};
struct AdamWOptions {
  LearningRate learning_rate = 0.001;
  double weight_decay = 0.004;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;
  std::optional<double> clipnorm = {};
  std::optional<double> clipvalue = {};
  std::optional<double> global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<std::int64_t> gradient_accumulation_steps = {};
  OwnedText name = "";
};
struct AdadeltaOptions {
  LearningRate learning_rate = 0.001;
  double rho = 0.95;
  double epsilon = 1e-7;
  double weight_decay = 0;
  std::optional<double> clipnorm = {};
  std::optional<double> clipvalue = {};
  std::optional<double> global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<std::int64_t> gradient_accumulation_steps = {};
  OwnedText name = "";
};
struct AdagradOptions {
  LearningRate learning_rate = 0.001;
  double initial_accumulator_value = 0.1;
  double epsilon = 1e-7;
  double weight_decay = 0;
  std::optional<double> clipnorm = {};
  std::optional<double> clipvalue = {};
  std::optional<double> global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<std::int64_t> gradient_accumulation_steps = {};
  OwnedText name = "";
};
struct AdamaxOptions {
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  double weight_decay = 0;
  std::optional<double> clipnorm = {};
  std::optional<double> clipvalue = {};
  std::optional<double> global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<std::int64_t> gradient_accumulation_steps = {};
  OwnedText name = "";
};
struct AdafactorOptions {
  LearningRate learning_rate = 0.001;
  double beta_2_decay = -0.8;
  double epsilon_1 = 1e-30;
  double epsilon_2 = 1e-3;
  double clip_threshold = 1.0;
  /// As in Keras, without effect: the rate is at most 1 / sqrt(step) either way.
  bool relative_step = true;
  double weight_decay = 0;
  std::optional<double> clipnorm = {};
  std::optional<double> clipvalue = {};
  std::optional<double> global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<std::int64_t> gradient_accumulation_steps = {};
  OwnedText name = "";
};
struct NadamOptions {
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  double weight_decay = 0;
  std::optional<double> clipnorm = {};
  std::optional<double> clipvalue = {};
  std::optional<double> global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<std::int64_t> gradient_accumulation_steps = {};
  OwnedText name = "";
};
struct FtrlOptions {
  LearningRate learning_rate = 0.001;
  double learning_rate_power = -0.5;
  double initial_accumulator_value = 0.1;
  double l1_regularization_strength = 0;
  double l2_regularization_strength = 0;
  double l2_shrinkage_regularization_strength = 0;
  double beta = 0;
  double weight_decay = 0;
  std::optional<double> clipnorm = {};
  std::optional<double> clipvalue = {};
  std::optional<double> global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<std::int64_t> gradient_accumulation_steps = {};
  OwnedText name = "";
};
struct LionOptions {
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.99;
  double weight_decay = 0;
  std::optional<double> clipnorm = {};
  std::optional<double> clipvalue = {};
  std::optional<double> global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<std::int64_t> gradient_accumulation_steps = {};
  OwnedText name = "";
};
struct LambOptions {
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  double weight_decay = 0;
  std::optional<double> clipnorm = {};
  std::optional<double> clipvalue = {};
  std::optional<double> global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<std::int64_t> gradient_accumulation_steps = {};
  OwnedText name = "";
};
struct MuonOptions {
  LearningRate learning_rate = 0.001;
  double adam_beta_1 = 0.9;
  double adam_beta_2 = 0.999;
  double adam_weight_decay = 0.004;
  double epsilon = 1e-7;
  double weight_decay = 0.004;
  std::optional<double> clipnorm = {};
  std::optional<double> clipvalue = {};
  std::optional<double> global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<std::int64_t> gradient_accumulation_steps = {};
  OwnedText name = "";
  std::vector<std::string> exclude_layers = {};
  bool exclude_embeddings = true;
  double muon_a = 3.4445;
  double muon_b = -4.7750;
  double muon_c = 2.0315;
  double adam_lr_ratio = 1;
  double momentum = 0.95;
  std::int64_t ns_steps = 5;
  bool nesterov = true;
  std::optional<double> rms_rate = 0.2;
};
struct ScheduleFreeAdamWOptions {
  LearningRate learning_rate = 0.0025;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-8;
  std::int64_t warmup_steps = 0;
  double weight_decay = 0;
  std::optional<double> clipnorm = {};
  std::optional<double> clipvalue = {};
  std::optional<double> global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<std::int64_t> gradient_accumulation_steps = {};
  OwnedText name = "";
};
struct LossScaleOptimizerOptions {
  double initial_scale = 32768;
  std::int64_t dynamic_growth_steps = 2000;
  OwnedText name = "";
};

namespace optimizers {

// Each may be given its learning rate, or schedule, first: `Adam(1e-3)`, `Adam(schedules::ExponentialDecay(...))`.
// ArgumentError if an option is out of range.

/// Without momentum p <- p - lr g; with it v <- momentum v - lr g, p <- p + v (nesterov: p <- p + momentum v - lr g).
TRIPTYCH_API Optimizer SGD(SGDOptions options = {}, Location where = Location::here());
template <std::convertible_to<LearningRate> T>
Optimizer SGD(T learning_rate, SGDOptions options = {}, Location where = Location::here()) {
  options.learning_rate = learning_rate;
  return SGD(options, where);
}
template <class = void>
Optimizer SGD(...) = delete;  // neither a learning rate nor SGDOptions
/// Gradients divided by the root of their squares' average.
TRIPTYCH_API Optimizer RMSprop(RMSpropOptions options = {}, Location where = Location::here());
template <std::convertible_to<LearningRate> T>
Optimizer RMSprop(T learning_rate, RMSpropOptions options = {}, Location where = Location::here()) {
  options.learning_rate = learning_rate;
  return RMSprop(options, where);
}
template <class = void>
Optimizer RMSprop(...) = delete;  // neither a learning rate nor RMSpropOptions
/// Adam with epsilon outside the bias correction: see `UpdateFormula::keras`.
TRIPTYCH_API Optimizer Adam(AdamOptions options = {}, Location where = Location::here());
template <std::convertible_to<LearningRate> T>
Optimizer Adam(T learning_rate, AdamOptions options = {}, Location where = Location::here()) {
  options.learning_rate = learning_rate;
  return Adam(options, where);
}
template <class = void>
Optimizer Adam(...) = delete;  // neither a learning rate nor AdamOptions
/// Adam with decoupled weight decay.
TRIPTYCH_API Optimizer AdamW(AdamWOptions options = {}, Location where = Location::here());
template <std::convertible_to<LearningRate> T>
Optimizer AdamW(T learning_rate, AdamWOptions options = {}, Location where = Location::here()) {
  options.learning_rate = learning_rate;
  return AdamW(options, where);
}
template <class = void>
Optimizer AdamW(...) = delete;  // neither a learning rate nor AdamWOptions
/// Steps in the units of the weights.
TRIPTYCH_API Optimizer Adadelta(AdadeltaOptions options = {}, Location where = Location::here());
template <std::convertible_to<LearningRate> T>
Optimizer Adadelta(T learning_rate, AdadeltaOptions options = {}, Location where = Location::here()) {
  options.learning_rate = learning_rate;
  return Adadelta(options, where);
}
template <class = void>
Optimizer Adadelta(...) = delete;  // neither a learning rate nor AdadeltaOptions
/// Gradients divided by the root of their squares' sum.
TRIPTYCH_API Optimizer Adagrad(AdagradOptions options = {}, Location where = Location::here());
template <std::convertible_to<LearningRate> T>
Optimizer Adagrad(T learning_rate, AdagradOptions options = {}, Location where = Location::here()) {
  options.learning_rate = learning_rate;
  return Adagrad(options, where);
}
template <class = void>
Optimizer Adagrad(...) = delete;  // neither a learning rate nor AdagradOptions
/// Adam with the maximum norm.
TRIPTYCH_API Optimizer Adamax(AdamaxOptions options = {}, Location where = Location::here());
template <std::convertible_to<LearningRate> T>
Optimizer Adamax(T learning_rate, AdamaxOptions options = {}, Location where = Location::here()) {
  options.learning_rate = learning_rate;
  return Adamax(options, where);
}
template <class = void>
Optimizer Adamax(...) = delete;  // neither a learning rate nor AdamaxOptions
/// Second moments by rows and columns.
TRIPTYCH_API Optimizer Adafactor(AdafactorOptions options = {}, Location where = Location::here());
template <std::convertible_to<LearningRate> T>
Optimizer Adafactor(T learning_rate, AdafactorOptions options = {}, Location where = Location::here()) {
  options.learning_rate = learning_rate;
  return Adafactor(options, where);
}
template <class = void>
Optimizer Adafactor(...) = delete;  // neither a learning rate nor AdafactorOptions
/// Adam with Nesterov's momentum.
TRIPTYCH_API Optimizer Nadam(NadamOptions options = {}, Location where = Location::here());
template <std::convertible_to<LearningRate> T>
Optimizer Nadam(T learning_rate, NadamOptions options = {}, Location where = Location::here()) {
  options.learning_rate = learning_rate;
  return Nadam(options, where);
}
template <class = void>
Optimizer Nadam(...) = delete;  // neither a learning rate nor NadamOptions
/// Follow the regularized leader.
TRIPTYCH_API Optimizer Ftrl(FtrlOptions options = {}, Location where = Location::here());
template <std::convertible_to<LearningRate> T>
Optimizer Ftrl(T learning_rate, FtrlOptions options = {}, Location where = Location::here()) {
  options.learning_rate = learning_rate;
  return Ftrl(options, where);
}
template <class = void>
Optimizer Ftrl(...) = delete;  // neither a learning rate nor FtrlOptions
/// The sign of a momentum.
TRIPTYCH_API Optimizer Lion(LionOptions options = {}, Location where = Location::here());
template <std::convertible_to<LearningRate> T>
Optimizer Lion(T learning_rate, LionOptions options = {}, Location where = Location::here()) {
  options.learning_rate = learning_rate;
  return Lion(options, where);
}
template <class = void>
Optimizer Lion(...) = delete;  // neither a learning rate nor LionOptions
/// Adam's direction with the length of the weight.
TRIPTYCH_API Optimizer Lamb(LambOptions options = {}, Location where = Location::here());
template <std::convertible_to<LearningRate> T>
Optimizer Lamb(T learning_rate, LambOptions options = {}, Location where = Location::here()) {
  options.learning_rate = learning_rate;
  return Lamb(options, where);
}
template <class = void>
Optimizer Lamb(...) = delete;  // neither a learning rate nor LambOptions
/// Momentum made orthogonal, for matrices; AdamW for weights of other ranks, embeddings (weights with "embedding" in
/// their path) and those in whose paths one of exclude_layers (regular expressions) is found.
TRIPTYCH_API Optimizer Muon(MuonOptions options = {}, Location where = Location::here());
template <std::convertible_to<LearningRate> T>
Optimizer Muon(T learning_rate, MuonOptions options = {}, Location where = Location::here()) {
  options.learning_rate = learning_rate;
  return Muon(options, where);
}
template <class = void>
Optimizer Muon(...) = delete;  // neither a learning rate nor MuonOptions
/// AdamW that needs no schedule.
TRIPTYCH_API Optimizer ScheduleFreeAdamW(ScheduleFreeAdamWOptions options = {}, Location where = Location::here());
template <std::convertible_to<LearningRate> T>
Optimizer ScheduleFreeAdamW(T learning_rate, ScheduleFreeAdamWOptions options = {}, Location where = Location::here()) {
  options.learning_rate = learning_rate;
  return ScheduleFreeAdamW(options, where);
}
template <class = void>
Optimizer ScheduleFreeAdamW(...) = delete;  // neither a learning rate nor ScheduleFreeAdamWOptions
/// The inner optimizer on a scaled loss, for float16: where a gradient is not finite the step is left out and the scale
/// halved; after dynamic_growth_steps good ones it is doubled.
TRIPTYCH_API Optimizer LossScaleOptimizer(const Optimizer& inner_optimizer, LossScaleOptimizerOptions options = {},
                                          Location where = Location::here());
template <Number T>
Optimizer LossScaleOptimizer(const Optimizer& inner_optimizer, T initial_scale, Location where = Location::here()) {
  return LossScaleOptimizer(inner_optimizer,
                            LossScaleOptimizerOptions{.initial_scale = static_cast<double>(initial_scale)}, where);
}

/// The optimizer of one of Keras's names, in any case: "rmsprop", "AdamW".
TRIPTYCH_API Optimizer get(const std::string& identifier, Location where = Location::here());

}  // namespace optimizers
}  // namespace triptych::keras
