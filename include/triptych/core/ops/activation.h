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

// Made of the ones above.

/// min(max(x, 0), 6).
TRIPTYCH_API Tensor relu6(Arg x);
/// x, but `min_val` where it is not above that, and `max_val` where it is not below that. ArgumentError unless
/// min_val <= max_val.
TRIPTYCH_API Tensor hardtanh(Arg x, double min_val = -1, double max_val = 1);
/// relu6(x + 3) / 6.
TRIPTYCH_API Tensor hardsigmoid(Arg x);
/// x relu6(x + 3) / 6. Howard et al., 2019.
TRIPTYCH_API Tensor hardswish(Arg x);
/// 1.0507... elu(x, 1.6732...). Klambauer et al., 2017.
TRIPTYCH_API Tensor selu(Arg x);
/// x where x > 0, else alpha (e^(x / alpha) - 1), with a continuous derivative. Barron, 2017. ArgumentError if alpha is
/// 0.
TRIPTYCH_API Tensor celu(Arg x, double alpha = 1);
/// x tanh(softplus(x)). Misra, 2019.
TRIPTYCH_API Tensor mish(Arg x);
/// x / (1 + |x|).
TRIPTYCH_API Tensor softsign(Arg x);
/// ln(sigmoid(x)), without overflow.
TRIPTYCH_API Tensor log_sigmoid(Arg x);
/// a sigmoid(b), a and b being the halves of x along `axis`. Dauphin et al., 2017. ArgumentError if its length is odd.
TRIPTYCH_API Tensor glu(Arg x, std::int64_t axis = -1);

}  // namespace triptych
