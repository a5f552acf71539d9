// More activation functions, elementwise: those with thresholds, PyTorch's and Keras's, and gated ones. Integers and
// booleans become float32; 16-bit types are computed in float32 and rounded once.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// x where x > 0, else weight x. `weight` is one number, or one for each channel, axis 1 of x.
/// @throws ArgumentError if there are neither one nor as many weights as channels. Source: He et al., 2015;
/// torch.nn.functional.prelu.
TRIPTYCH_API Tensor prelu(Arg x, Arg weight);

struct RReluOptions {
  double lower = 1.0 / 8;
  double upper = 1.0 / 3;
  bool training = false;
};
/// x where x > 0, else slope x: in training the slope is drawn for each element, uniform in [lower, upper), otherwise
/// it is their mean. `state` as for `dropout`.
/// @throws ArgumentError unless lower <= upper. Source: torch.nn.functional.rrelu.
TRIPTYCH_API Tensor rrelu(Arg x, RReluOptions options = {}, const Tensor& state = {});

/// x where x > threshold, else `value`; NaN stays NaN. Source: torch.nn.functional.threshold.
TRIPTYCH_API Tensor threshold(Arg x, double threshold, double value);
/// 0 where -lambd <= x <= lambd, else x. Source: torch.nn.functional.hardshrink.
TRIPTYCH_API Tensor hardshrink(Arg x, double lambd = 0.5);
/// x moved towards 0 by lambd, and 0 where -lambd <= x <= lambd.
/// @throws ArgumentError if lambd is negative. Source: torch.nn.functional.softshrink.
TRIPTYCH_API Tensor softshrink(Arg x, double lambd = 0.5);
/// x - tanh(x).
TRIPTYCH_API Tensor tanhshrink(Arg x);

/// x / 6 + 1 / 2, between 0 and 1. Source: keras.activations.hard_sigmoid.
TRIPTYCH_API Tensor hard_sigmoid(Arg x);
/// (x + sqrt(x^2 + b)) / 2. Source: keras.activations.squareplus.
TRIPTYCH_API Tensor squareplus(Arg x, double b = 4);
/// 0 up to -1, (x + 1)^2 / 4 up to 1, x beyond. Source: keras.activations.sparse_plus.
TRIPTYCH_API Tensor sparse_plus(Arg x);
/// (x + 1) / 2, between 0 and 1: the derivative of sparse_plus. Source: keras.activations.sparse_sigmoid.
TRIPTYCH_API Tensor sparse_sigmoid(Arg x);

/// a f(b), a and b being the halves of x along `axis`, f being relu, gelu or silu; `glu` has sigmoid.
/// @throws ArgumentError if the length of the axis is odd. Source: Shazeer, 2020.
TRIPTYCH_API Tensor reglu(Arg x, std::int64_t axis = -1);
TRIPTYCH_API Tensor geglu(Arg x, std::int64_t axis = -1);
TRIPTYCH_API Tensor swiglu(Arg x, std::int64_t axis = -1);

}  // namespace triptych
