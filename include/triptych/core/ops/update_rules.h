// More rules by which optimizers update parameters, beside those of update.h: RMSprop, Adagrad, Adadelta, Adamax,
// NAdam, RAdam, Rprop, ASGD, Lion, Ftrl, proximal gradient descent and schedule-free AdamW, each of them one call over
// a list of parameters.
#pragma once

#include <span>

#include "triptych/core/attributes.h"
#include "triptych/core/ops/update.h"
#include "triptych/core/tensor.h"

namespace triptych {

// As in update.h: with `maximize` g <- -g; weight decay d is added to the gradient, g <- g + d p, or decoupled from it,
// p <- p - lr d p. `learning_rate` is a 0-d float64 tensor; `steps` are 0-d int64 counts of the updates done so far,
// which the ops increment, one for each parameter or one for all; t is the number of the update, from 1. Buffers have
// their parameter's shape and dtype and start as zeros, unless it is said otherwise. Lists have equal lengths; those
// that an option asks for are empty without it. ArgumentError at `where` otherwise.

/// v <- rho v + (1 - rho) g^2; centered: a <- rho a + (1 - rho) g and v - a^2 in v's place in what follows.
/// torch:     b <- momentum b + g / (sqrt(v) + epsilon);     p <- p - lr b   (torch.optim.RMSprop)
/// tf, keras: b <- momentum b + lr g / sqrt(v + epsilon);    p <- p - b      (tf.compat.v1.train.RMSPropOptimizer,
/// whose v starts as ones; keras.optimizers.RMSprop)
struct RmspropUpdate {
  double rho = 0.9;
  double momentum = 0;
  double epsilon = 1e-8;
  bool centered = false;
  double weight_decay = 0;
  bool decoupled_weight_decay = false;
  bool maximize = false;
  UpdateFormula formula = UpdateFormula::torch;
  static constexpr auto fields() {
    return std::tuple{field("rho", &RmspropUpdate::rho),
                      field("momentum", &RmspropUpdate::momentum),
                      field("epsilon", &RmspropUpdate::epsilon),
                      field("centered", &RmspropUpdate::centered),
                      field("weight_decay", &RmspropUpdate::weight_decay),
                      field("decoupled_weight_decay", &RmspropUpdate::decoupled_weight_decay),
                      field("maximize", &RmspropUpdate::maximize),
                      field("formula", &RmspropUpdate::formula)};
  }
};

/// s <- s + g^2.
/// torch:     p <- p - lr / (1 + (t - 1) lr_decay) g / (sqrt(s) + epsilon)   (torch.optim.Adagrad)
/// tf, keras: p <- p - lr g / sqrt(s + epsilon)   (tf.compat.v1.train.AdagradOptimizer, epsilon 0;
/// keras.optimizers.Adagrad)
struct AdagradUpdate {
  double lr_decay = 0;  // torch only
  double epsilon = 1e-10;
  double weight_decay = 0;
  bool decoupled_weight_decay = false;
  bool maximize = false;
  UpdateFormula formula = UpdateFormula::torch;
  static constexpr auto fields() {
    return std::tuple{field("lr_decay", &AdagradUpdate::lr_decay),
                      field("epsilon", &AdagradUpdate::epsilon),
                      field("weight_decay", &AdagradUpdate::weight_decay),
                      field("decoupled_weight_decay", &AdagradUpdate::decoupled_weight_decay),
                      field("maximize", &AdagradUpdate::maximize),
                      field("formula", &AdagradUpdate::formula)};
  }
};

/// Adadelta (https://arxiv.org/abs/1212.5701): s <- rho s + (1 - rho) g^2;  d = g sqrt(u + epsilon) / sqrt(s +
/// epsilon); u <- rho u + (1 - rho) d^2;  p <- p - lr d. The three formulas agree but for the place of the weight
/// decay.
struct AdadeltaUpdate {
  double rho = 0.9;
  double epsilon = 1e-6;
  double weight_decay = 0;
  bool decoupled_weight_decay = false;
  bool maximize = false;
  UpdateFormula formula = UpdateFormula::torch;
  static constexpr auto fields() {
    return std::tuple{field("rho", &AdadeltaUpdate::rho),
                      field("epsilon", &AdadeltaUpdate::epsilon),
                      field("weight_decay", &AdadeltaUpdate::weight_decay),
                      field("decoupled_weight_decay", &AdadeltaUpdate::decoupled_weight_decay),
                      field("maximize", &AdadeltaUpdate::maximize),
                      field("formula", &AdadeltaUpdate::formula)};
  }
};

/// The maximum norm in Adam's place of the second moment (https://arxiv.org/abs/1412.6980): m <- m + (1 - beta1) (g -
/// m). torch: u <- max(beta2 u, |g| + epsilon);  p <- p - lr / (1 - beta1^t) m / u          (torch.optim.Adamax) keras:
/// u <- max(beta2 u, |g|);  p <- p - lr m / ((1 - beta1^t) (u + epsilon))        (keras.optimizers.Adamax)
struct AdamaxUpdate {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;
  bool decoupled_weight_decay = false;
  bool maximize = false;
  UpdateFormula formula = UpdateFormula::torch;
  static constexpr auto fields() {
    return std::tuple{field("beta1", &AdamaxUpdate::beta1),
                      field("beta2", &AdamaxUpdate::beta2),
                      field("epsilon", &AdamaxUpdate::epsilon),
                      field("weight_decay", &AdamaxUpdate::weight_decay),
                      field("decoupled_weight_decay", &AdamaxUpdate::decoupled_weight_decay),
                      field("maximize", &AdamaxUpdate::maximize),
                      field("formula", &AdamaxUpdate::formula)};
  }
};

/// Adam with Nesterov's momentum (Dozat, 2016): m, v as Adam's; u_t = beta1 (1 - 0.96^(t momentum_decay) / 2), U the
/// product of all u up to t: p <- p - lr ((1 - u_t) / (1 - U) g + u_(t+1) / (1 - U u_(t+1)) m) / (sqrt(v / (1 -
/// beta2^t)) + epsilon). torch.optim.NAdam; keras.optimizers.Nadam has momentum_decay 1.
struct NadamUpdate {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double momentum_decay = 4e-3;
  double weight_decay = 0;
  bool decoupled_weight_decay = false;
  bool maximize = false;
  UpdateFormula formula = UpdateFormula::torch;
  static constexpr auto fields() {
    return std::tuple{field("beta1", &NadamUpdate::beta1),
                      field("beta2", &NadamUpdate::beta2),
                      field("epsilon", &NadamUpdate::epsilon),
                      field("momentum_decay", &NadamUpdate::momentum_decay),
                      field("weight_decay", &NadamUpdate::weight_decay),
                      field("decoupled_weight_decay", &NadamUpdate::decoupled_weight_decay),
                      field("maximize", &NadamUpdate::maximize),
                      field("formula", &NadamUpdate::formula)};
  }
};

/// Adam whose second moment is used, rectified, from where its variance is known (https://arxiv.org/abs/1908.03265):
/// r_inf = 2 / (1 - beta2) - 1, r = r_inf - 2 t beta2^t / (1 - beta2^t); p <- p - lr m / (1 - beta1^t), and with r > 5
/// that times sqrt((r - 4) (r - 2) r_inf / ((r_inf - 4) (r_inf - 2) r)) sqrt(1 - beta2^t) / (sqrt(v) + epsilon).
/// torch.optim.RAdam.
struct RadamUpdate {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;
  bool decoupled_weight_decay = false;
  bool maximize = false;
  UpdateFormula formula = UpdateFormula::torch;
  static constexpr auto fields() {
    return std::tuple{field("beta1", &RadamUpdate::beta1),
                      field("beta2", &RadamUpdate::beta2),
                      field("epsilon", &RadamUpdate::epsilon),
                      field("weight_decay", &RadamUpdate::weight_decay),
                      field("decoupled_weight_decay", &RadamUpdate::decoupled_weight_decay),
                      field("maximize", &RadamUpdate::maximize),
                      field("formula", &RadamUpdate::formula)};
  }
};

/// Resilient backpropagation: the sign of the gradient alone, with a step size z per element, which starts as the
/// learning rate. z grows by eta_plus where the sign of g is that of the last one, shrinks by eta_minus where it turned
/// (and g counts as 0 there), within [step_min, step_max]; p <- p - z sign(g). torch.optim.Rprop.
struct RpropUpdate {
  double eta_minus = 0.5;
  double eta_plus = 1.2;
  double step_min = 1e-6;
  double step_max = 50;
  bool maximize = false;
  static constexpr auto fields() {
    return std::tuple{field("eta_minus", &RpropUpdate::eta_minus), field("eta_plus", &RpropUpdate::eta_plus),
                      field("step_min", &RpropUpdate::step_min), field("step_max", &RpropUpdate::step_max),
                      field("maximize", &RpropUpdate::maximize)};
  }
};

/// Averaged SGD (Polyak and Juditsky, 1992): p <- (1 - lambd eta) p - eta g;  ax <- ax + mu (p - ax); then eta <- lr /
/// (1
/// + lambd lr t)^alpha and mu <- 1 / max(1, t - t0), numbers that are kept with the parameter: eta starts as the
/// learning rate, mu as 1. torch.optim.ASGD.
struct AsgdUpdate {
  double lambd = 1e-4;
  double alpha = 0.75;
  double t0 = 1e6;
  double weight_decay = 0;
  bool maximize = false;
  static constexpr auto fields() {
    return std::tuple{field("lambd", &AsgdUpdate::lambd), field("alpha", &AsgdUpdate::alpha),
                      field("t0", &AsgdUpdate::t0), field("weight_decay", &AsgdUpdate::weight_decay),
                      field("maximize", &AsgdUpdate::maximize)};
  }
};

/// The sign of a momentum (https://arxiv.org/abs/2302.06675): p <- p - lr sign(beta1 m + (1 - beta1) g);
/// m <- beta2 m + (1 - beta2) g. Weight decay is decoupled. keras.optimizers.Lion.
struct LionUpdate {
  double beta1 = 0.9;
  double beta2 = 0.99;
  double weight_decay = 0;
  bool decoupled_weight_decay = true;
  bool maximize = false;
  UpdateFormula formula = UpdateFormula::torch;
  static constexpr auto fields() {
    return std::tuple{field("beta1", &LionUpdate::beta1),
                      field("beta2", &LionUpdate::beta2),
                      field("weight_decay", &LionUpdate::weight_decay),
                      field("decoupled_weight_decay", &LionUpdate::decoupled_weight_decay),
                      field("maximize", &LionUpdate::maximize),
                      field("formula", &LionUpdate::formula)};
  }
};

/// Follow the regularized leader (McMahan et al., 2013): n = a + g^2; z <- z + g + 2 l2_shrinkage p - (n^-power -
/// a^-power) / lr p;  p <- (clip(z, -l1, l1) - z) / (n^-power / lr + 2 l2 + beta / lr);  a <- n.
/// tf.compat.v1.train.FtrlOptimizer, keras.optimizers.Ftrl, whose a starts as 0.1.
struct FtrlUpdate {
  double learning_rate_power = -0.5;
  double l1 = 0;
  double l2 = 0;
  double l2_shrinkage = 0;
  double beta = 0;
  double weight_decay = 0;
  bool decoupled_weight_decay = true;
  bool maximize = false;
  UpdateFormula formula = UpdateFormula::tf;
  static constexpr auto fields() {
    return std::tuple{field("learning_rate_power", &FtrlUpdate::learning_rate_power),
                      field("l1", &FtrlUpdate::l1),
                      field("l2", &FtrlUpdate::l2),
                      field("l2_shrinkage", &FtrlUpdate::l2_shrinkage),
                      field("beta", &FtrlUpdate::beta),
                      field("weight_decay", &FtrlUpdate::weight_decay),
                      field("decoupled_weight_decay", &FtrlUpdate::decoupled_weight_decay),
                      field("maximize", &FtrlUpdate::maximize),
                      field("formula", &FtrlUpdate::formula)};
  }
};

/// Forward-backward splitting (Duchi and Singer, 2009): q = p - r g; p <- sign(q) max(|q| - r l1, 0) / (1 + r l2), with
/// r = lr, or with Adagrad's accumulator s <- s + g^2, r = lr / sqrt(s). tf.compat.v1.train.ProximalGradientDescent-
/// Optimizer and ProximalAdagradOptimizer.
struct ProximalUpdate {
  double l1 = 0;
  double l2 = 0;
  static constexpr auto fields() {
    return std::tuple{field("l1", &ProximalUpdate::l1), field("l2", &ProximalUpdate::l2)};
  }
};

/// AdamW without a schedule (https://arxiv.org/abs/2405.15682). z, which starts as the parameter, takes Adam's steps
/// without a first moment, x is the average of all z, and the parameter lies between them: z' = z - lr g / (sqrt(v / (1
/// - beta2^t)) + epsilon); x' = x + (z' - x) / t; p <- (1 - beta1) z' + beta1 x'. In the first `warmup_steps` steps the
/// learning rate grows from 0. keras.optimizers.ScheduleFreeAdamW.
struct ScheduleFreeUpdate {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  std::int64_t warmup_steps = 0;
  double weight_decay = 0;
  bool decoupled_weight_decay = true;
  bool maximize = false;
  UpdateFormula formula = UpdateFormula::keras;
  static constexpr auto fields() {
    return std::tuple{field("beta1", &ScheduleFreeUpdate::beta1),
                      field("beta2", &ScheduleFreeUpdate::beta2),
                      field("epsilon", &ScheduleFreeUpdate::epsilon),
                      field("warmup_steps", &ScheduleFreeUpdate::warmup_steps),
                      field("weight_decay", &ScheduleFreeUpdate::weight_decay),
                      field("decoupled_weight_decay", &ScheduleFreeUpdate::decoupled_weight_decay),
                      field("maximize", &ScheduleFreeUpdate::maximize),
                      field("formula", &ScheduleFreeUpdate::formula)};
  }
};

/// `averages` (of the gradients) if `centered`, `momenta` if there is a momentum.
TRIPTYCH_API void rmsprop_update(const Tensor& learning_rate, std::span<const Tensor> parameters,
                                 std::span<const Tensor> gradients, std::span<const Tensor> square_averages,
                                 std::span<const Tensor> steps, const RmspropUpdate& attributes = {},
                                 std::span<const Tensor> averages = {}, std::span<const Tensor> momenta = {},
                                 Location where = Location::here());
TRIPTYCH_API void adagrad_update(const Tensor& learning_rate, std::span<const Tensor> parameters,
                                 std::span<const Tensor> gradients, std::span<const Tensor> sums,
                                 std::span<const Tensor> steps, const AdagradUpdate& attributes = {},
                                 Location where = Location::here());
TRIPTYCH_API void adadelta_update(const Tensor& learning_rate, std::span<const Tensor> parameters,
                                  std::span<const Tensor> gradients, std::span<const Tensor> square_averages,
                                  std::span<const Tensor> square_deltas, std::span<const Tensor> steps,
                                  const AdadeltaUpdate& attributes = {}, Location where = Location::here());
TRIPTYCH_API void adamax_update(const Tensor& learning_rate, std::span<const Tensor> parameters,
                                std::span<const Tensor> gradients, std::span<const Tensor> first_moments,
                                std::span<const Tensor> norms, std::span<const Tensor> steps,
                                const AdamaxUpdate& attributes = {}, Location where = Location::here());
/// `products` are the U of the formula, 0-d float64, ones at first; parameters that share their step may share it.
TRIPTYCH_API void nadam_update(const Tensor& learning_rate, std::span<const Tensor> parameters,
                               std::span<const Tensor> gradients, std::span<const Tensor> first_moments,
                               std::span<const Tensor> second_moments, std::span<const Tensor> products,
                               std::span<const Tensor> steps, const NadamUpdate& attributes = {},
                               Location where = Location::here());
TRIPTYCH_API void radam_update(const Tensor& learning_rate, std::span<const Tensor> parameters,
                               std::span<const Tensor> gradients, std::span<const Tensor> first_moments,
                               std::span<const Tensor> second_moments, std::span<const Tensor> steps,
                               const RadamUpdate& attributes = {}, Location where = Location::here());
/// `previous` are the gradients of the last step, `step_sizes` start as the learning rate, which is not read.
TRIPTYCH_API void rprop_update(const Tensor& learning_rate, std::span<const Tensor> parameters,
                               std::span<const Tensor> gradients, std::span<const Tensor> previous,
                               std::span<const Tensor> step_sizes, std::span<const Tensor> steps,
                               const RpropUpdate& attributes = {}, Location where = Location::here());
/// `etas` and `mus` are 0-d float64.
TRIPTYCH_API void asgd_update(const Tensor& learning_rate, std::span<const Tensor> parameters,
                              std::span<const Tensor> gradients, std::span<const Tensor> averages,
                              std::span<const Tensor> etas, std::span<const Tensor> mus, std::span<const Tensor> steps,
                              const AsgdUpdate& attributes = {}, Location where = Location::here());
TRIPTYCH_API void lion_update(const Tensor& learning_rate, std::span<const Tensor> parameters,
                              std::span<const Tensor> gradients, std::span<const Tensor> moments,
                              std::span<const Tensor> steps, const LionUpdate& attributes = {},
                              Location where = Location::here());
TRIPTYCH_API void ftrl_update(const Tensor& learning_rate, std::span<const Tensor> parameters,
                              std::span<const Tensor> gradients, std::span<const Tensor> accumulators,
                              std::span<const Tensor> linears, std::span<const Tensor> steps,
                              const FtrlUpdate& attributes = {}, Location where = Location::here());
/// With `accumulators` ProximalAdagrad, else proximal gradient descent.
TRIPTYCH_API void proximal_update(const Tensor& learning_rate, std::span<const Tensor> parameters,
                                  std::span<const Tensor> gradients, std::span<const Tensor> steps,
                                  const ProximalUpdate& attributes = {}, std::span<const Tensor> accumulators = {},
                                  Location where = Location::here());
TRIPTYCH_API void schedule_free_update(const Tensor& learning_rate, std::span<const Tensor> parameters,
                                       std::span<const Tensor> gradients, std::span<const Tensor> iterates,
                                       std::span<const Tensor> second_moments, std::span<const Tensor> steps,
                                       const ScheduleFreeUpdate& attributes = {}, Location where = Location::here());

}  // namespace triptych
