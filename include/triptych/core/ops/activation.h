// Activation functions, elementwise, with PyTorch's formulas (https://pytorch.org/docs/stable/nn.functional.html). Any
// shape; integers and booleans become float32, except in relu.
#pragma once

#include <string>

#include "triptych/core/tensor.h"

namespace triptych {

/// max(x, 0), elementwise; NaN stays NaN. Any numeric dtype, any shape.
TRIPTYCH_API Tensor relu(Arg x);
/// x where x > 0, else negative_slope * x.
TRIPTYCH_API Tensor leaky_relu(Arg x, double negative_slope = 0.01);
/// x where x > 0, else alpha (e^x - 1). Clevert et al., 2016.
TRIPTYCH_API Tensor elu(Arg x, double alpha = 1);

struct GeluOptions {
  /// "none": x Phi(x), Phi the normal distribution function; "tanh": x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
  std::string approximate = "none";
};
/// The Gaussian error linear unit. Hendrycks and Gimpel, 2016. ArgumentError for another approximation.
TRIPTYCH_API Tensor gelu(Arg x, const GeluOptions& options = {});
/// x sigmoid(x), also called swish.
TRIPTYCH_API Tensor silu(Arg x);
/// 1 / (1 + e^-x).
TRIPTYCH_API Tensor sigmoid(Arg x);
TRIPTYCH_API Tensor tanh(Arg x);
/// ln(1 + e^(beta x)) / beta; x itself where beta x > threshold.
TRIPTYCH_API Tensor softplus(Arg x, double beta = 1, double threshold = 20);

}  // namespace triptych
