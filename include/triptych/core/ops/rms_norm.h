// Normalization by the root of the mean of the squares.
#pragma once

#include <optional>

#include "triptych/core/tensor.h"

namespace triptych {

/// y = x / sqrt(mean(x^2) + eps) * weight, the mean taken over the last axes, whose lengths are `normalized_shape`.
/// `weight` has that shape; it may be undefined (1). `eps` is the smallest step of x's dtype at 1 if it is not given.
/// @throws ArgumentError if shapes or dtypes do not fit.
/// Source: torch.nn.functional.rms_norm.
TRIPTYCH_API Tensor rms_norm(Arg x, const Shape& normalized_shape, const Tensor& weight = {},
                             std::optional<double> eps = {});

}  // namespace triptych
