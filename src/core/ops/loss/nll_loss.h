// What losses with integer labels share.
#pragma once

#include "core/ops/loss/cross_entropy.h"

namespace triptych {

/// Checks scores, labels and (if there is an input of that number) weights; returns the shape of one value for each
/// example.
Shape infer_labels(Infer& infer, int scores, int target, int weight);

/// Checks that input 0 is of the shape and dtype of the loss of `scores`, for which `rows` came of infer_labels.
void check_upstream(Infer& infer, const Shape& rows, int scores);

/// `weight` may be undefined. Label smoothing is part of it: -((1 - s) w_t l_t + s / C * sum over c of w_c l_c).
Tensor nll_loss_with(const Tensor& log_probabilities, const Tensor& target, const Tensor& weight,
                     const CrossEntropyAttributes& attributes);
/// The gradient with respect to the log-probabilities, whose metadata `like` has.
Tensor nll_loss_grad(const Tensor& upstream, const Tensor& like, const Tensor& target, const Tensor& weight,
                     const CrossEntropyAttributes& attributes);

}  // namespace triptych
