// How targets are brought to the form of predictions.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych::keras {

/// Keras's epsilon: probabilities are kept this far from 0 and 1 before their logarithm is taken.
inline constexpr double epsilon = 1e-7;

/// ArgumentError of `op` if one is undefined.
void check_targets(const char* op, const Tensor& y_true, const Tensor& y_pred);

/// Losses times weights of examples, or of each loss: a weight (n) counts for all losses of its example, (n, 1) beside
/// losses (n) is (n). ArgumentError if the weights have more elements than the losses.
Tensor weighted(const Tensor& losses, const Tensor& sample_weight);

/// y_true in y_pred's dtype and rank: a missing last axis of length 1 is added, a superfluous one dropped.
Tensor same_rank(const Tensor& y_true, const Tensor& y_pred);
/// y_true as class numbers, int64, of y_pred's shape without the last axis.
Tensor class_numbers(const Tensor& y_true, const Tensor& y_pred);
/// log(p), p being kept between epsilon and 1 - epsilon.
Tensor log_probabilities(const Tensor& p);

}  // namespace triptych::keras
