// Gradients cut to a norm, as TensorFlow and Keras do. Symbolic tensors may be given.
#pragma once

#include <utility>
#include <vector>

#include "triptych/core/shape.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// t clip_norm / max(|t|, clip_norm), |t| over `axes` or all.
Tensor clipped_by_norm(const Tensor& t, double clip_norm, const Axes* axes = nullptr);
/// sqrt of the sum of all squares; undefined tensors are left out. `tensors` has a defined one.
Tensor global_norm_of(const std::vector<Tensor>& tensors);
/// Each times clip_norm min(1 / norm, 1 / clip_norm), which is NaN if the norm is not finite.
std::vector<Tensor> clipped_by_global_norm(const std::vector<Tensor>& tensors, double clip_norm, const Tensor& norm);

}  // namespace triptych
