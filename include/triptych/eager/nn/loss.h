// Losses, as functions and as modules, with PyTorch's options.
#pragma once

#include "triptych/core/ops/losses.h"
#include "triptych/eager/module.h"

namespace triptych::eager::nn {

using triptych::cross_entropy;
using triptych::CrossEntropyOptions;
using triptych::LossOptions;
using triptych::mse_loss;
using triptych::nll_loss;
using triptych::NllLossOptions;
using triptych::Reduction;

/// A module that compares an input with a target: `loss(input, target)`.
class TRIPTYCH_API Loss : public Module {
 public:
  using Module::forward;
  virtual Tensor forward(const Tensor& input, const Tensor& target) = 0;
  Tensor operator()(const Arg& input, const Arg& target);
};

/// See triptych::cross_entropy.
class TRIPTYCH_API CrossEntropyLoss : public Loss {
 public:
  using Options = CrossEntropyOptions;
  explicit CrossEntropyLoss(const Options& options = {}) : options(options) {}
  using Loss::forward;
  Tensor forward(const Tensor& input, const Tensor& target) override;
  const Options options;
};

/// See triptych::nll_loss.
class TRIPTYCH_API NLLLoss : public Loss {
 public:
  using Options = NllLossOptions;
  explicit NLLLoss(const Options& options = {}) : options(options) {}
  using Loss::forward;
  Tensor forward(const Tensor& input, const Tensor& target) override;
  const Options options;
};

/// See triptych::mse_loss.
class TRIPTYCH_API MSELoss : public Loss {
 public:
  using Options = LossOptions;
  explicit MSELoss(const Options& options = {}) : options(options) {}
  using Loss::forward;
  Tensor forward(const Tensor& input, const Tensor& target) override;
  const Options options;
};

}  // namespace triptych::eager::nn
