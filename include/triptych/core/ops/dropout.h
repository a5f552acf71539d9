// Dropout of whole channels, and for self-normalizing networks.
#pragma once

#include "triptych/core/ops/normalization.h"
#include "triptych/core/tensor.h"

namespace triptych {

// `options` and `state` are as for `dropout`.

/// Whole channels of x become zero: of (N, C, L), (N, C, H, W), (N, C, D, H, W); of one dimension less without a batch
/// (dropout2d: of (N, C, L), as PyTorch). The others are divided by 1 - p.
/// @throws ArgumentError unless 0 <= p <= 1 and x is floating-point with such a shape.
/// Source: torch.nn.functional.dropout1d, dropout2d, dropout3d.
TRIPTYCH_API Tensor dropout1d(Arg x, DropoutOptions options = {}, const Tensor& state = {});
TRIPTYCH_API Tensor dropout2d(Arg x, DropoutOptions options = {}, const Tensor& state = {});
TRIPTYCH_API Tensor dropout3d(Arg x, DropoutOptions options = {}, const Tensor& state = {});

/// Elements (of feature_alpha_dropout: channels of (N, C, ...)) become SELU's lower limit with probability p, and the
/// result is scaled and shifted, so that mean 0 and variance 1 stay (Klambauer et al., 2017).
/// Source: torch.nn.functional.alpha_dropout, feature_alpha_dropout.
TRIPTYCH_API Tensor alpha_dropout(Arg x, DropoutOptions options = {}, const Tensor& state = {});
TRIPTYCH_API Tensor feature_alpha_dropout(Arg x, DropoutOptions options = {}, const Tensor& state = {});

}  // namespace triptych
