// Rules of optimizers that look at a parameter as a whole, so that they are made of other ops and one write for each
// tensor: Adafactor, LAMB and Muon.
#pragma once

#include <array>
#include <span>

#include "triptych/core/ops/update.h"
#include "triptych/core/tensor.h"

namespace triptych {

// Operands are as in update.h. Of 16-bit parameters the arithmetic is float32. All is computed before the first write.

/// Adafactor (https://arxiv.org/abs/1804.04235), with b = t^beta2_decay and r = min(lr, 1 / sqrt(t)): second moments of
/// matrices are kept by rows and columns, R <- R + b (mean of g^2 over the last axis - R), C over the last but one,
/// and are V = R C / mean(R); those of vectors are V <- V + b (g^2 - V). Then with u = g / sqrt(V)
/// p <- p - max(epsilon2, rms(p)) r u / max(1, rms(u) / clip_threshold).
/// torch: V is at least epsilon1^2 (torch.optim.Adafactor; epsilon1 of 0 there is that of the dtype: `machine_epsilon`)
/// keras: epsilon1 is added to g^2, and V is kept, too (keras.optimizers.Adafactor)
struct AdafactorUpdate {
  double beta2_decay = -0.8;
  double epsilon1 = 0;
  /// In epsilon1's place stands the dtype's.
  bool machine_epsilon = true;
  double epsilon2 = 1e-3;
  double clip_threshold = 1;
  double weight_decay = 0;
  bool maximize = false;
  UpdateFormula formula = UpdateFormula::torch;
};

/// Adam's step with the length of the parameter (https://arxiv.org/abs/1904.00962): u = m / (1 - beta1^t) / (sqrt(v /
/// (1 - beta2^t)) + epsilon); p <- p - lr |p| / |u| u, with 1 in the ratio's place where a norm is 0.
/// keras.optimizers.Lamb.
struct LambUpdate {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-7;
  double weight_decay = 0;
};

/// Momentum whose matrices are made orthogonal by a Newton-Schulz iteration
/// (https://kellerjordan.github.io/posts/muon/): X <- a X + (b A + c A A) X with A = X X^T, `ns_steps` times.
/// torch: B <- B + (1 - momentum) (g - B), the iteration in bfloat16; lr is multiplied by `scale` (torch.optim.Muon)
/// keras: B <- momentum B + g, in the parameter's dtype, steps times sqrt(max(rows, columns)) rms_rate, unless that
/// is 0 (keras.optimizers.Muon)
struct MuonUpdate {
  enum class Scale : std::uint8_t { original, match_rms_adamw, spectral_unclamped };

  double momentum = 0.95;
  bool nesterov = true;
  std::array<double, 3> ns_coefficients = {3.4445, -4.7750, 2.0315};
  std::int64_t ns_steps = 5;
  double epsilon = 1e-7;
  Scale scale = Scale::original;
  double rms_rate = 0.2;
  double weight_decay = 0;
  UpdateFormula formula = UpdateFormula::torch;
};

/// For parameters of two dimensions or more `rows` and `columns` are of the parameter's shape with 1 in place of the
/// last, and of the last but one dimension (keras: without that dimension), `variances` undefined (keras: like the
/// parameter); for others `rows` and `columns` are undefined and `variances` like the parameter.
TRIPTYCH_API void adafactor_update(const Tensor& learning_rate, std::span<const Tensor> parameters,
                                   std::span<const Tensor> gradients, std::span<const Tensor> rows,
                                   std::span<const Tensor> columns, std::span<const Tensor> variances,
                                   std::span<const Tensor> steps, const AdafactorUpdate& attributes = {},
                                   Location where = Location::here());
TRIPTYCH_API void lamb_update(const Tensor& learning_rate, std::span<const Tensor> parameters,
                              std::span<const Tensor> gradients, std::span<const Tensor> first_moments,
                              std::span<const Tensor> second_moments, std::span<const Tensor> steps,
                              const LambUpdate& attributes = {}, Location where = Location::here());
/// Parameters are matrices; ArgumentError otherwise. `steps` may be empty: then nothing is counted.
TRIPTYCH_API void muon_update(const Tensor& learning_rate, std::span<const Tensor> parameters,
                              std::span<const Tensor> gradients, std::span<const Tensor> buffers,
                              std::span<const Tensor> steps, const MuonUpdate& attributes = {},
                              Location where = Location::here());

}  // namespace triptych
