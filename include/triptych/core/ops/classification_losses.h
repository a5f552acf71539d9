// Losses of probabilities and scores of classes: divergences, binary cross-entropy, focal and dice losses, and the
// family of the hinge.
#pragma once

#include <concepts>
#include <utility>

#include "triptych/core/ops/losses.h"

namespace triptych {

struct KlDivOptions {
  Reduction reduction = Reduction::mean;
  /// `target` is a logarithm, too.
  bool log_target = false;
  /// Instead of `reduction`: the sum divided by the length of axis 0, which is the divergence's definition.
  bool batchmean = false;
};
/// The divergence of Kullback and Leibler, target (ln(target) - input), of log-probabilities from probabilities; 0
/// where the target is. The shapes must be the same. Source: torch.nn.functional.kl_div.
TRIPTYCH_API Tensor kl_div(Arg input, Arg target, KlDivOptions options = {});

struct BinaryCrossEntropyOptions {
  /// A factor for each element; broadcasts.
  Tensor weight = {};
  Reduction reduction = Reduction::mean;
};
/// -(z ln(x) + (1 - z) ln(1 - x)) of probabilities x and targets z, both 0 to 1, with logarithms of at least -100. NaN
/// for x outside of [0, 1]. The gradient is (x - z) / max(x (1 - x), 1e-12). The shapes must be the same.
/// Source: torch.nn.functional.binary_cross_entropy.
TRIPTYCH_API Tensor binary_cross_entropy(Arg input, Arg target, BinaryCrossEntropyOptions options = {});
/// With the weights third, as in PyTorch.
template <std::same_as<Tensor> T>
Tensor binary_cross_entropy(Arg input, Arg target, const T& weight) {
  return binary_cross_entropy(std::move(input), std::move(target), BinaryCrossEntropyOptions{.weight = weight});
}
template <class = void>
Tensor binary_cross_entropy(Arg input, Arg target, ...) = delete;  // neither a weight nor BinaryCrossEntropyOptions

struct SigmoidFocalLossOptions {
  /// The weight of positive targets, 1 - alpha being that of negative ones; below 0: none.
  double alpha = 0.25;
  /// How much less the examples count that are classified well.
  double gamma = 2;
  Reduction reduction = Reduction::none;
};
/// (1 - p)^gamma times the binary cross-entropy of logits and targets (0 to 1) of the same shape, p being the
/// probability of what is right. Source: Lin et al., 2017; torchvision.ops.sigmoid_focal_loss, whose default is no
/// reduction.
TRIPTYCH_API Tensor sigmoid_focal_loss(Arg input, Arg target, SigmoidFocalLossOptions options = {});

struct FocalLossOptions {
  /// A factor for each class, shape (C).
  Tensor weight = {};
  double gamma = 2;
  /// Examples with this label count for nothing.
  std::int64_t ignore_index = -100;
  Reduction reduction = Reduction::mean;
};
/// (1 - p)^gamma times the cross-entropy of logits and integer labels, p being the softmax of what is right; shapes,
/// weights and mean as for `cross_entropy`. Source: Lin et al., 2017.
TRIPTYCH_API Tensor focal_loss(Arg logits, Arg target, FocalLossOptions options = {});

struct DiceLossOptions {
  /// The axes that are summed over; empty: all.
  Axes axes = {};
  double epsilon = 1e-7;
  Reduction reduction = Reduction::mean;
};
/// 1 - (2 sum of x y + epsilon) / (sum of x + sum of y + epsilon): one minus the overlap of probabilities and targets
/// of the same shape. Source: keras.losses.dice.
TRIPTYCH_API Tensor dice_loss(Arg input, Arg target, DiceLossOptions options = {});

/// max(0, 1 - target input) (its square), targets being -1 or 1. The shapes must be the same.
/// Source: keras.losses.hinge, keras.losses.squared_hinge.
TRIPTYCH_API Tensor hinge_loss(Arg input, Arg target, LossOptions options = {});
TRIPTYCH_API Tensor squared_hinge_loss(Arg input, Arg target, LossOptions options = {});
/// max(0, 1 + largest (1 - target) input - sum of target input), along the last axis; targets are one-hot. The shapes
/// must be the same. Source: keras.losses.categorical_hinge.
TRIPTYCH_API Tensor categorical_hinge_loss(Arg input, Arg target, LossOptions options = {});
/// ln(1 + e^(-target input)), targets being -1 or 1. The shapes must be the same.
/// Source: torch.nn.functional.soft_margin_loss.
TRIPTYCH_API Tensor soft_margin_loss(Arg input, Arg target, LossOptions options = {});

struct MultiLabelSoftMarginLossOptions {
  /// A factor for each class, shape (C).
  Tensor weight = {};
  Reduction reduction = Reduction::mean;
};
/// The mean over the last axis of the binary cross-entropy of logits and targets 0 or 1, both (..., C).
/// Source: torch.nn.functional.multilabel_soft_margin_loss.
TRIPTYCH_API Tensor multilabel_soft_margin_loss(Arg input, Arg target, MultiLabelSoftMarginLossOptions options = {});

/// The sum over the classes j in the target and the classes i not in it of max(0, 1 - (x_j - x_i)), divided by their
/// number C. `input` is (N, C) or (C); `target` has its shape and holds class numbers, up to the first negative one.
/// @throws ArgumentError if shapes do not fit, or, when it runs, if a class is out of range.
/// Source: torch.nn.functional.multilabel_margin_loss.
TRIPTYCH_API Tensor multilabel_margin_loss(Arg input, Arg target, LossOptions options = {});

struct MultiMarginLossOptions {
  /// The exponent, 1 or 2.
  std::int64_t p = 1;
  double margin = 1;
  /// A factor for each class, shape (C).
  Tensor weight = {};
  Reduction reduction = Reduction::mean;
};
/// The sum over the classes i other than the label y of w_y max(0, margin - x_y + x_i)^p, divided by their number C.
/// `input` is (N, C) or (C), the labels (N) or ().
/// @throws ArgumentError if shapes do not fit, p is neither 1 nor 2, or, when it runs, if a label is out of range.
/// Source: torch.nn.functional.multi_margin_loss.
TRIPTYCH_API Tensor multi_margin_loss(Arg input, Arg target, MultiMarginLossOptions options = {});

}  // namespace triptych
