// Losses as modules, with PyTorch's options; the functions are in functional.h. All print as `L1Loss()`.
#pragma once

#include <concepts>

#include "triptych/core/ops/classification_losses.h"
#include "triptych/core/ops/ctc.h"
#include "triptych/core/ops/distance_losses.h"
#include "triptych/core/ops/losses.h"
#include "triptych/core/ops/regression_losses.h"
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

/// `binary_cross_entropy_with_logits` under its short name.
inline Tensor bce_with_logits(const Arg& input, const Arg& target, const BceWithLogitsOptions& options = {}) {
  return binary_cross_entropy_with_logits(input, target, options);
}

/// A module that compares an input with a target: `loss(input, target)`. Weights of classes or elements are buffers, as
/// in PyTorch: they are in state_dict and move with the module.
class TRIPTYCH_API Loss : public Module {
 public:
  using Module::forward;
  virtual Tensor forward(const Tensor& input, const Tensor& target) = 0;
  Tensor operator()(const Arg& input, const Arg& target);

 protected:
  /// The buffer of a weight, which may be undefined.
  Tensor& register_weight(const char* name, const Tensor& weight, Location where);
};

/// See triptych::l1_loss.
class TRIPTYCH_API L1Loss : public Loss {
 public:
  using Options = LossOptions;
  explicit L1Loss(const Options& options = {}) : options(options) {}
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

/// See triptych::smooth_l1_loss.
class TRIPTYCH_API SmoothL1Loss : public Loss {
 public:
  using Options = SmoothL1LossOptions;
  explicit SmoothL1Loss(const Options& options = {}) : options(options) {}
  using Loss::forward;
  Tensor forward(const Tensor& input, const Tensor& target) override;
  const Options options;
};

/// See triptych::huber_loss.
class TRIPTYCH_API HuberLoss : public Loss {
 public:
  using Options = HuberLossOptions;
  explicit HuberLoss(const Options& options = {}) : options(options) {}
  using Loss::forward;
  Tensor forward(const Tensor& input, const Tensor& target) override;
  const Options options;
};

/// See triptych::binary_cross_entropy.
class TRIPTYCH_API BCELoss : public Loss {
 public:
  using Options = BinaryCrossEntropyOptions;
  explicit BCELoss(const Options& options = {}, Location where = Location::here())
      : options(options), weight(register_weight("weight", options.weight, where)) {}
  template <std::same_as<Tensor> T>
  explicit BCELoss(const T& weight, Location where = Location::here()) : BCELoss(Options{.weight = weight}, where) {}
  template <class = void>
  explicit BCELoss(...) = delete;  // neither weights nor BinaryCrossEntropyOptions
  using Loss::forward;
  Tensor forward(const Tensor& input, const Tensor& target) override;
  const Options options;
  Tensor& weight;  // undefined without
};

/// See triptych::binary_cross_entropy_with_logits.
class TRIPTYCH_API BCEWithLogitsLoss : public Loss {
 public:
  using Options = BceWithLogitsOptions;
  explicit BCEWithLogitsLoss(const Options& options = {}, Location where = Location::here())
      : options(options),
        weight(register_weight("weight", options.weight, where)),
        pos_weight(register_weight("pos_weight", options.pos_weight, where)) {}
  template <std::same_as<Tensor> T>
  explicit BCEWithLogitsLoss(const T& weight, Location where = Location::here())
      : BCEWithLogitsLoss(Options{.weight = weight}, where) {}
  template <class = void>
  explicit BCEWithLogitsLoss(...) = delete;  // neither weights nor BceWithLogitsOptions
  using Loss::forward;
  Tensor forward(const Tensor& input, const Tensor& target) override;
  const Options options;
  Tensor& weight;  // undefined without
  Tensor& pos_weight;
};

/// See triptych::cross_entropy.
class TRIPTYCH_API CrossEntropyLoss : public Loss {
 public:
  using Options = CrossEntropyOptions;
  explicit CrossEntropyLoss(const Options& options = {}, Location where = Location::here())
      : options(options), weight(register_weight("weight", options.weight, where)) {}
  template <std::same_as<Tensor> T>
  explicit CrossEntropyLoss(const T& weight, Location where = Location::here())
      : CrossEntropyLoss(Options{.weight = weight}, where) {}
  template <class = void>
  explicit CrossEntropyLoss(...) = delete;  // neither weights nor CrossEntropyOptions
  using Loss::forward;
  Tensor forward(const Tensor& input, const Tensor& target) override;
  const Options options;
  Tensor& weight;  // undefined without
};

/// See triptych::nll_loss.
class TRIPTYCH_API NLLLoss : public Loss {
 public:
  using Options = NllLossOptions;
  explicit NLLLoss(const Options& options = {}, Location where = Location::here())
      : options(options), weight(register_weight("weight", options.weight, where)) {}
  template <std::same_as<Tensor> T>
  explicit NLLLoss(const T& weight, Location where = Location::here()) : NLLLoss(Options{.weight = weight}, where) {}
  template <class = void>
  explicit NLLLoss(...) = delete;  // neither weights nor NllLossOptions
  using Loss::forward;
  Tensor forward(const Tensor& input, const Tensor& target) override;
  const Options options;
  Tensor& weight;  // undefined without
};

/// See triptych::kl_div.
class TRIPTYCH_API KLDivLoss : public Loss {
 public:
  using Options = KlDivOptions;
  explicit KLDivLoss(const Options& options = {}) : options(options) {}
  using Loss::forward;
  Tensor forward(const Tensor& input, const Tensor& target) override;
  const Options options;
};

/// See triptych::poisson_nll_loss.
class TRIPTYCH_API PoissonNLLLoss : public Loss {
 public:
  using Options = PoissonNllLossOptions;
  explicit PoissonNLLLoss(const Options& options = {}) : options(options) {}
  using Loss::forward;
  Tensor forward(const Tensor& input, const Tensor& target) override;
  const Options options;
};

/// See triptych::hinge_embedding_loss.
class TRIPTYCH_API HingeEmbeddingLoss : public Loss {
 public:
  using Options = HingeEmbeddingLossOptions;
  explicit HingeEmbeddingLoss(const Options& options = {}) : options(options) {}
  template <Number T>
  explicit HingeEmbeddingLoss(T margin) : HingeEmbeddingLoss(Options{.margin = static_cast<double>(margin)}) {}
  using Loss::forward;
  Tensor forward(const Tensor& input, const Tensor& target) override;
  const Options options;
};

/// See triptych::soft_margin_loss.
class TRIPTYCH_API SoftMarginLoss : public Loss {
 public:
  using Options = LossOptions;
  explicit SoftMarginLoss(const Options& options = {}) : options(options) {}
  using Loss::forward;
  Tensor forward(const Tensor& input, const Tensor& target) override;
  const Options options;
};

/// See triptych::multilabel_margin_loss.
class TRIPTYCH_API MultiLabelMarginLoss : public Loss {
 public:
  using Options = LossOptions;
  explicit MultiLabelMarginLoss(const Options& options = {}) : options(options) {}
  using Loss::forward;
  Tensor forward(const Tensor& input, const Tensor& target) override;
  const Options options;
};

/// See triptych::multilabel_soft_margin_loss.
class TRIPTYCH_API MultiLabelSoftMarginLoss : public Loss {
 public:
  using Options = MultiLabelSoftMarginLossOptions;
  explicit MultiLabelSoftMarginLoss(const Options& options = {}, Location where = Location::here())
      : options(options), weight(register_weight("weight", options.weight, where)) {}
  template <std::same_as<Tensor> T>
  explicit MultiLabelSoftMarginLoss(const T& weight, Location where = Location::here())
      : MultiLabelSoftMarginLoss(Options{.weight = weight}, where) {}
  template <class = void>
  explicit MultiLabelSoftMarginLoss(...) = delete;  // neither weights nor MultiLabelSoftMarginLossOptions
  using Loss::forward;
  Tensor forward(const Tensor& input, const Tensor& target) override;
  const Options options;
  Tensor& weight;  // undefined without
};

/// See triptych::multi_margin_loss.
class TRIPTYCH_API MultiMarginLoss : public Loss {
 public:
  using Options = MultiMarginLossOptions;
  explicit MultiMarginLoss(const Options& options = {}, Location where = Location::here())
      : options(options), weight(register_weight("weight", options.weight, where)) {}
  template <WholeNumber T>
  explicit MultiMarginLoss(T p, double margin = 1, Location where = Location::here())
      : MultiMarginLoss(Options{.p = static_cast<std::int64_t>(p), .margin = margin}, where) {}
  using Loss::forward;
  Tensor forward(const Tensor& input, const Tensor& target) override;
  const Options options;
  Tensor& weight;  // undefined without
};

// --- Of three tensors and more -------------------------------------------------------------------------------------

/// See triptych::gaussian_nll_loss.
class TRIPTYCH_API GaussianNLLLoss : public Module {
 public:
  using Options = GaussianNllLossOptions;
  explicit GaussianNLLLoss(const Options& options = {}) : options(options) {}
  using Module::forward;
  Tensor forward(const Tensor& input, const Tensor& target, const Tensor& var);
  Tensor operator()(const Arg& input, const Tensor& target, const Tensor& var) {
    return call(*this, input, target, var);
  }
  const Options options;
};

/// See triptych::margin_ranking_loss.
class TRIPTYCH_API MarginRankingLoss : public Module {
 public:
  using Options = MarginLossOptions;
  explicit MarginRankingLoss(const Options& options = {}) : options(options) {}
  template <Number T>
  explicit MarginRankingLoss(T margin) : MarginRankingLoss(Options{.margin = static_cast<double>(margin)}) {}
  using Module::forward;
  Tensor forward(const Tensor& input1, const Tensor& input2, const Tensor& target);
  Tensor operator()(const Arg& input1, const Tensor& input2, const Tensor& target) {
    return call(*this, input1, input2, target);
  }
  const Options options;
};

/// See triptych::cosine_embedding_loss.
class TRIPTYCH_API CosineEmbeddingLoss : public Module {
 public:
  using Options = MarginLossOptions;
  explicit CosineEmbeddingLoss(const Options& options = {}) : options(options) {}
  template <Number T>
  explicit CosineEmbeddingLoss(T margin) : CosineEmbeddingLoss(Options{.margin = static_cast<double>(margin)}) {}
  using Module::forward;
  Tensor forward(const Tensor& input1, const Tensor& input2, const Tensor& target);
  Tensor operator()(const Arg& input1, const Tensor& input2, const Tensor& target) {
    return call(*this, input1, input2, target);
  }
  const Options options;
};

/// See triptych::triplet_margin_loss.
class TRIPTYCH_API TripletMarginLoss : public Module {
 public:
  using Options = TripletMarginLossOptions;
  explicit TripletMarginLoss(const Options& options = {}) : options(options) {}
  template <Number T>
  explicit TripletMarginLoss(T margin) : TripletMarginLoss(Options{.margin = static_cast<double>(margin)}) {}
  using Module::forward;
  Tensor forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative);
  Tensor operator()(const Arg& anchor, const Tensor& positive, const Tensor& negative) {
    return call(*this, anchor, positive, negative);
  }
  const Options options;
};

/// See triptych::triplet_margin_with_distance_loss.
class TRIPTYCH_API TripletMarginWithDistanceLoss : public Module {
 public:
  using Options = TripletMarginWithDistanceLossOptions;
  explicit TripletMarginWithDistanceLoss(const Options& options = {});
  using Module::forward;
  Tensor forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative);
  Tensor operator()(const Arg& anchor, const Tensor& positive, const Tensor& negative) {
    return call(*this, anchor, positive, negative);
  }
  const Options options;
};

/// Connectionist temporal classification; see triptych::ctc_loss.
class TRIPTYCH_API CTCLoss : public Module {
 public:
  using Options = CtcLossOptions;
  explicit CTCLoss(const Options& options = {}) : options(options) {}
  template <WholeNumber T>
  explicit CTCLoss(T blank) : CTCLoss(Options{.blank = static_cast<std::int64_t>(blank)}) {}
  using Module::forward;
  Tensor forward(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                 const Tensor& target_lengths);
  Tensor operator()(const Arg& log_probs, const Tensor& targets, const Tensor& input_lengths,
                    const Tensor& target_lengths) {
    return call(*this, log_probs, targets, input_lengths, target_lengths);
  }
  const Options options;
};

}  // namespace triptych::eager::nn
