// Loss functions, with PyTorch's arguments and defaults; the per-example ones at the end are TensorFlow's.
#pragma once

#include <concepts>
#include <cstdint>
#include <utility>

#include "triptych/core/tensor.h"

namespace triptych {

/// What a loss does with the values of its examples: keeps them, adds them up, or takes their mean.
enum class Reduction : std::uint8_t { none, sum, mean };
constexpr const char* name_of(Reduction reduction) {
  constexpr const char* names[] = {"none", "sum", "mean"};
  return names[static_cast<int>(reduction)];
}

struct CrossEntropyOptions {
  /// A factor for each class, shape (C).
  Tensor weight = {};
  /// Examples with this label count for nothing.
  std::int64_t ignore_index = -100;
  Reduction reduction = Reduction::mean;
  /// The share of the target that is spread evenly over all classes, 0 to 1.
  double label_smoothing = 0;
};

/// The cross-entropy between `logits` (N, C, d1, ...) or (C), not normalized, and `target`:
/// - integer labels (N, d1, ...), each at least 0 and less than C: -w_t log_softmax(logits)_t;
/// - or floating-point probabilities of the shape of `logits`: -sum over c of w_c p_c log_softmax(logits)_c.
/// `mean` divides by the sum of the weights w_t of the labels that are not ignored (probabilities: by the number of
/// examples). Equal bit for bit to nll_loss(log_softmax(logits, 1), target).
/// @throws ArgumentError if shapes do not fit, or, when it runs, if a label is out of range.
/// Source: torch.nn.functional.cross_entropy.
TRIPTYCH_API Tensor cross_entropy(Arg logits, Arg target, CrossEntropyOptions options = {});
/// With the weights third, as in PyTorch.
template <std::same_as<Tensor> T>
Tensor cross_entropy(Arg logits, Arg target, const T& weight) {
  return cross_entropy(std::move(logits), std::move(target), CrossEntropyOptions{.weight = weight});
}
template <class = void>
Tensor cross_entropy(Arg logits, Arg target, ...) = delete;  // neither a weight nor CrossEntropyOptions

struct NllLossOptions {
  Tensor weight = {};
  std::int64_t ignore_index = -100;
  Reduction reduction = Reduction::mean;
};

/// The negative log-likelihood -w_t log_probabilities_t of integer labels; shapes as for cross_entropy.
TRIPTYCH_API Tensor nll_loss(Arg log_probabilities, Arg target, NllLossOptions options = {});
/// With the weights third, as in PyTorch.
template <std::same_as<Tensor> T>
Tensor nll_loss(Arg log_probabilities, Arg target, const T& weight) {
  return nll_loss(std::move(log_probabilities), std::move(target), NllLossOptions{.weight = weight});
}
template <class = void>
Tensor nll_loss(Arg log_probabilities, Arg target, ...) = delete;  // neither a weight nor NllLossOptions

struct LossOptions {
  Reduction reduction = Reduction::mean;
};

/// (input - target)^2. The shapes must be the same.
TRIPTYCH_API Tensor mse_loss(Arg input, Arg target, LossOptions options = {});

/// |input - target|. The shapes must be the same.
TRIPTYCH_API Tensor l1_loss(Arg input, Arg target, LossOptions options = {});

struct HuberLossOptions {
  Reduction reduction = Reduction::mean;
  /// Where the square turns into a straight line.
  double delta = 1;
};

/// With d = input - target: d^2 / 2 where |d| < delta, else delta (|d| - delta / 2). The shapes must be the same.
TRIPTYCH_API Tensor huber_loss(Arg input, Arg target, HuberLossOptions options = {});

struct BceWithLogitsOptions {
  /// A factor for each element; broadcasts.
  Tensor weight = {};
  Reduction reduction = Reduction::mean;
  /// A factor for the positive targets of each class; broadcasts.
  Tensor pos_weight = {};
};

/// The binary cross-entropy between logits and targets (0 to 1) of the same shape:
/// -(w z log(sigmoid(x)) + (1 - z) log(1 - sigmoid(x))), without overflow.
/// Source: torch.nn.functional.binary_cross_entropy_with_logits.
TRIPTYCH_API Tensor binary_cross_entropy_with_logits(Arg input, Arg target, BceWithLogitsOptions options = {});
/// With the weights third, as in PyTorch.
template <std::same_as<Tensor> T>
Tensor binary_cross_entropy_with_logits(Arg input, Arg target, const T& weight) {
  return binary_cross_entropy_with_logits(std::move(input), std::move(target), BceWithLogitsOptions{.weight = weight});
}
template <class = void>
Tensor binary_cross_entropy_with_logits(Arg input, Arg target,
                                        ...) = delete;  // neither a weight nor BceWithLogitsOptions

/// The cross-entropy of each example, shape (...), between logits (..., C) and integer labels (...). No label is
/// ignored. Source: tf.nn.sparse_softmax_cross_entropy_with_logits.
TRIPTYCH_API Tensor sparse_softmax_cross_entropy(Arg logits, Arg labels);

/// The cross-entropy of each example, shape (...), between logits and probabilities, both (..., C).
/// Source: tf.nn.softmax_cross_entropy_with_logits.
TRIPTYCH_API Tensor softmax_cross_entropy(Arg logits, Arg probabilities);

}  // namespace triptych
