// Losses of the difference of input and target: weighted ones, smooth L1, log-cosh; and those of distributions of
// numbers.
#pragma once

#include "triptych/core/ops/losses.h"

namespace triptych {

/// The losses of losses.h with a weight for each element, of the input's shape; `mean` divides by the sum of the
/// weights. Source: torch.nn.functional.mse_loss and its like with `weight`.
TRIPTYCH_API Tensor mse_loss(Arg input, Arg target, Arg weight, LossOptions options = {});
TRIPTYCH_API Tensor l1_loss(Arg input, Arg target, Arg weight, LossOptions options = {});
TRIPTYCH_API Tensor huber_loss(Arg input, Arg target, Arg weight, HuberLossOptions options = {});
template <class = void>
Tensor mse_loss(Arg input, Arg target, ...) = delete;  // neither weights nor LossOptions
template <class = void>
Tensor l1_loss(Arg input, Arg target, ...) = delete;  // neither weights nor LossOptions
template <class = void>
Tensor huber_loss(Arg input, Arg target, ...) = delete;  // neither weights nor HuberLossOptions

struct SmoothL1LossOptions {
  Reduction reduction = Reduction::mean;
  /// Where the square turns into a straight line of slope 1; 0: nowhere, that is l1_loss.
  double beta = 1;
};
/// With d = input - target: d^2 / (2 beta) where |d| < beta, else |d| - beta / 2. The shapes must be the same.
/// @throws ArgumentError if beta is negative. Source: torch.nn.functional.smooth_l1_loss.
TRIPTYCH_API Tensor smooth_l1_loss(Arg input, Arg target, SmoothL1LossOptions options = {});

/// ln(cosh(input - target)), without overflow. The shapes must be the same. Source: keras.losses.log_cosh.
TRIPTYCH_API Tensor log_cosh_loss(Arg input, Arg target, LossOptions options = {});

struct PoissonNllLossOptions {
  /// `input` is the logarithm of the expected count: e^input - target input; else input - target ln(input + eps).
  bool log_input = true;
  /// With Stirling's approximation of ln(target!), where target > 1.
  bool full = false;
  double eps = 1e-8;
  Reduction reduction = Reduction::mean;
};
/// The negative log-likelihood of counts, Poisson distributed. The shapes must be the same.
/// Source: torch.nn.functional.poisson_nll_loss.
TRIPTYCH_API Tensor poisson_nll_loss(Arg input, Arg target, PoissonNllLossOptions options = {});

struct GaussianNllLossOptions {
  /// With the constant ln(2 pi) / 2.
  bool full = false;
  /// The least variance; the gradient passes below it, too.
  double eps = 1e-6;
  Reduction reduction = Reduction::mean;
};
/// (ln(var) + (input - target)^2 / var) / 2, the negative log-likelihood of a normal distribution. `var` has the shape
/// of `input`, or lacks its last dimension, or has length one there, or is 0-d.
/// @throws ArgumentError if shapes do not fit or eps is not positive. Source: torch.nn.functional.gaussian_nll_loss.
TRIPTYCH_API Tensor gaussian_nll_loss(Arg input, Arg target, Arg var, GaussianNllLossOptions options = {});

}  // namespace triptych
