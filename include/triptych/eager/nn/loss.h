// Losses, as functions and as modules, with PyTorch's options.
#pragma once

#include <concepts>

#include "triptych/core/ops/losses.h"
#include "triptych/eager/module.h"

namespace triptych::eager::nn {

using triptych::BceWithLogitsOptions;
using triptych::binary_cross_entropy_with_logits;
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
  template <std::same_as<Tensor> T>
  explicit CrossEntropyLoss(const T& weight) : options{.weight = weight} {}
  template <class = void>
  explicit CrossEntropyLoss(...) = delete;  // neither weights nor CrossEntropyOptions
  using Loss::forward;
  Tensor forward(const Tensor& input, const Tensor& target) override;
  const Options options;
};

/// See triptych::nll_loss.
class TRIPTYCH_API NLLLoss : public Loss {
 public:
  using Options = NllLossOptions;
  explicit NLLLoss(const Options& options = {}) : options(options) {}
  template <std::same_as<Tensor> T>
  explicit NLLLoss(const T& weight) : options{.weight = weight} {}
  template <class = void>
  explicit NLLLoss(...) = delete;  // neither weights nor NllLossOptions
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

/// `binary_cross_entropy_with_logits` under its short name.
inline Tensor bce_with_logits(const Arg& input, const Arg& target, const BceWithLogitsOptions& options = {}) {
  return binary_cross_entropy_with_logits(input, target, options);
}

/// See triptych::binary_cross_entropy_with_logits.
class TRIPTYCH_API BCEWithLogitsLoss : public Loss {
 public:
  using Options = BceWithLogitsOptions;
  explicit BCEWithLogitsLoss(const Options& options = {}) : options(options) {}
  template <std::same_as<Tensor> T>
  explicit BCEWithLogitsLoss(const T& weight) : options{.weight = weight} {}
  template <class = void>
  explicit BCEWithLogitsLoss(...) = delete;  // neither weights nor BceWithLogitsOptions
  using Loss::forward;
  Tensor forward(const Tensor& input, const Tensor& target) override;
  const Options options;
};

}  // namespace triptych::eager::nn
