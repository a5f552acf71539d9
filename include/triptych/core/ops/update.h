// Optimizer updates: ops that write parameters and optimizer state in place, one call over a list of parameters.
#pragma once

#include <span>

#include "triptych/core/attributes.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// Whose formula an update follows where the frameworks differ.
enum class UpdateFormula : std::uint8_t { torch, tf, keras };
constexpr const char* name_of(UpdateFormula formula) {
  constexpr const char* names[] = {"torch", "tf", "keras"};
  return names[static_cast<int>(formula)];
}

// What all three have in common: with `maximize` g <- -g. Weight decay d then is either added to the gradient, g <- g +
// d p, or decoupled from it, p <- p - lr d p. Parameters, gradients and buffers are of one floating dtype per
// parameter.

/// p <- p - lr g. The three formulas agree.
struct SgdUpdate {
  double weight_decay = 0;
  bool decoupled_weight_decay = false;
  bool maximize = false;
  UpdateFormula formula = UpdateFormula::torch;
  static constexpr auto fields() {
    return std::tuple{field("weight_decay", &SgdUpdate::weight_decay),
                      field("decoupled_weight_decay", &SgdUpdate::decoupled_weight_decay),
                      field("maximize", &SgdUpdate::maximize), field("formula", &SgdUpdate::formula)};
  }
};

/// SGD with momentum, u being the momentum and t the step:
/// torch: b <- g at t = 1, else u b + (1 - dampening) g;  p <- p - lr b, with nesterov p <- p - lr (g + u b)
///   (torch.optim.SGD)
/// tf:    b <- u b + g;     p <- p - lr b,   with nesterov p <- p - (lr g + lr u b)
/// (tf.compat.v1.train.MomentumOptimizer) keras: b <- u b - lr g;  p <- p + b,      with nesterov p <- p + u b - lr g
/// (keras.optimizers.SGD)
struct MomentumUpdate {
  double momentum = 0;
  double dampening = 0;  // torch only
  double weight_decay = 0;
  bool decoupled_weight_decay = false;
  bool nesterov = false;
  bool maximize = false;
  UpdateFormula formula = UpdateFormula::torch;
  static constexpr auto fields() {
    return std::tuple{field("momentum", &MomentumUpdate::momentum),
                      field("dampening", &MomentumUpdate::dampening),
                      field("weight_decay", &MomentumUpdate::weight_decay),
                      field("decoupled_weight_decay", &MomentumUpdate::decoupled_weight_decay),
                      field("nesterov", &MomentumUpdate::nesterov),
                      field("maximize", &MomentumUpdate::maximize),
                      field("formula", &MomentumUpdate::formula)};
  }
};

/// Adam (https://arxiv.org/abs/1412.6980), with decoupled weight decay AdamW (https://arxiv.org/abs/1711.05101):
/// m <- m + (1 - beta1) (g - m),  v <- beta2 v + (1 - beta2) g^2
/// torch:     p <- p - lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
/// tf, keras: p <- p - m alpha / (sqrt(v) + epsilon),  alpha = lr sqrt(1 - beta2^t) / (1 - beta1^t)
/// With the maximum of all v (amsgrad) in v's place there if maxima are passed.
struct AdamUpdate {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;
  bool decoupled_weight_decay = false;
  bool maximize = false;
  UpdateFormula formula = UpdateFormula::torch;
  static constexpr auto fields() {
    return std::tuple{field("beta1", &AdamUpdate::beta1),
                      field("beta2", &AdamUpdate::beta2),
                      field("epsilon", &AdamUpdate::epsilon),
                      field("weight_decay", &AdamUpdate::weight_decay),
                      field("decoupled_weight_decay", &AdamUpdate::decoupled_weight_decay),
                      field("maximize", &AdamUpdate::maximize),
                      field("formula", &AdamUpdate::formula)};
  }
};

/// Updates every parameter with its gradient. `learning_rate` is a 0-d float64 tensor: an operand, so that changing it
/// recompiles nothing. `steps` are 0-d int64 counts of the updates done so far, which the op increments: one for each
/// parameter, or one and the same tensor for all. The lists have equal lengths. ArgumentError at `where` otherwise.
TRIPTYCH_API void sgd_update(const Tensor& learning_rate, std::span<const Tensor> parameters,
                             std::span<const Tensor> gradients, const SgdUpdate& attributes = {},
                             Location where = Location::here());
TRIPTYCH_API void momentum_update(const Tensor& learning_rate, std::span<const Tensor> parameters,
                                  std::span<const Tensor> gradients, std::span<const Tensor> buffers,
                                  std::span<const Tensor> steps, const MomentumUpdate& attributes,
                                  Location where = Location::here());
/// `maxima` (of the second moments) may be empty: then plain Adam, else amsgrad.
TRIPTYCH_API void adam_update(const Tensor& learning_rate, std::span<const Tensor> parameters,
                              std::span<const Tensor> gradients, std::span<const Tensor> first_moments,
                              std::span<const Tensor> second_moments, std::span<const Tensor> steps,
                              const AdamUpdate& attributes = {}, std::span<const Tensor> maxima = {},
                              Location where = Location::here());

}  // namespace triptych
