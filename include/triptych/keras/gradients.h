// Gradients for steps and loops of one's own.
#pragma once

#include <vector>

#include "triptych/core/autograd.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

/// What `tape.gradient(loss, weights)` gives of a GradientTape that saw the computation of `loss`: d loss / d weights;
/// of several losses, or of a loss of several elements, that of their sum. See triptych::gradients, for its options
/// too.
TRIPTYCH_API std::vector<Tensor> gradients(const TensorList& loss, const TensorList& weights,
                                           const GradientOptions& options = {}, Location where = Location::here());

/// `tape.watch(x)` of a GradientTape: x, with respect to which gradients can be asked for from here on, in the eager
/// engine, too; in a graph they can of any tensor.
TRIPTYCH_API Tensor watch(const Tensor& x, Location where = Location::here());

}  // namespace triptych::keras
