// torch.nn.init: gives tensors that exist new values, outside of any recorded computation. The numbers come from the
// initializers of core/init.h. Matrices are (out, in), convolution kernels (out, in, ...). Each function returns its
// tensor. ArgumentError for a shape that it cannot take.
#pragma once

#include <optional>

#include "triptych/core/init.h"
#include "triptych/core/tensor.h"

namespace triptych::eager::nn::init {

/// Fills `tensor` by any initializer.
TRIPTYCH_API Tensor& fill_(Tensor& tensor, const Initializer& initializer, Location where = Location::here());

using triptych::init::FanMode;

/// The recommended gain of "linear", "conv1d", "conv2d", "conv3d", the transposed ones, "sigmoid" (1), "tanh" (5/3),
/// "relu" (sqrt 2), "leaky_relu" (sqrt(2 / (1 + param^2)), the slope being 0.01 if it is not given), "selu" (3/4).
TRIPTYCH_API double calculate_gain(Text nonlinearity, std::optional<double> param = {},
                                   Location where = Location::here());

inline Tensor& zeros_(Tensor& tensor, Location where = Location::here()) {
  return fill_(tensor, triptych::init::zeros(where), where);
}
inline Tensor& ones_(Tensor& tensor, Location where = Location::here()) {
  return fill_(tensor, triptych::init::ones(where), where);
}
inline Tensor& constant_(Tensor& tensor, double value, Location where = Location::here()) {
  return fill_(tensor, triptych::init::constant(value, where), where);
}
/// Uniform in [a, b).
inline Tensor& uniform_(Tensor& tensor, double a = 0, double b = 1, Location where = Location::here()) {
  return fill_(tensor, triptych::init::uniform(a, b, {}, where), where);
}
inline Tensor& normal_(Tensor& tensor, double mean = 0, double std = 1, Location where = Location::here()) {
  return fill_(tensor, triptych::init::normal(mean, std, {}, where), where);
}
/// Normal, cut off to [a, b] by the inverse of the distribution function. ArgumentError unless a < b.
TRIPTYCH_API Tensor& trunc_normal_(Tensor& tensor, double mean = 0, double std = 1, double a = -2, double b = 2,
                                   Location where = Location::here());
/// Ones on the diagonal of a matrix, zeros elsewhere.
TRIPTYCH_API Tensor& eye_(Tensor& tensor, Location where = Location::here());
/// A convolution's kernel (3 to 5 dimensions) that hands on as many input channels as it can, in each of `groups`.
/// ArgumentError unless groups divides the output channels.
TRIPTYCH_API Tensor& dirac_(Tensor& tensor, std::int64_t groups = 1, Location where = Location::here());
/// Uniform in +-gain sqrt(6 / (fan_in + fan_out)).
TRIPTYCH_API Tensor& xavier_uniform_(Tensor& tensor, double gain = 1, Location where = Location::here());
/// Normal with standard deviation gain sqrt(2 / (fan_in + fan_out)).
TRIPTYCH_API Tensor& xavier_normal_(Tensor& tensor, double gain = 1, Location where = Location::here());
/// Uniform in +-gain sqrt(3 / fan), the gain being that of `nonlinearity` with the slope `a`; `mode` is "fan_in" or
/// "fan_out".
TRIPTYCH_API Tensor& kaiming_uniform_(Tensor& tensor, double a = 0, Text mode = "fan_in",
                                      Text nonlinearity = "leaky_relu", Location where = Location::here());
/// Normal with standard deviation gain / sqrt(fan).
TRIPTYCH_API Tensor& kaiming_normal_(Tensor& tensor, double a = 0, Text mode = "fan_in",
                                     Text nonlinearity = "leaky_relu", Location where = Location::here());
/// The same by name: `kaiming_normal_(conv.weight, {.mode = "fan_out", .nonlinearity = "relu"})`.
struct KaimingOptions {
  double a = 0;
  OwnedText mode = "fan_in";
  OwnedText nonlinearity = "leaky_relu";
};
inline Tensor& kaiming_uniform_(Tensor& tensor, const KaimingOptions& options, Location where = Location::here()) {
  return kaiming_uniform_(tensor, options.a, options.mode, options.nonlinearity, where);
}
inline Tensor& kaiming_normal_(Tensor& tensor, const KaimingOptions& options, Location where = Location::here()) {
  return kaiming_normal_(tensor, options.a, options.mode, options.nonlinearity, where);
}
/// A matrix (of a kernel: the outputs against all else) whose shorter side is orthonormal, times `gain`.
TRIPTYCH_API Tensor& orthogonal_(Tensor& tensor, double gain = 1, Location where = Location::here());
/// A matrix of normal(0, std), in each column of which ceil(sparsity * rows) elements, chosen by chance, are zero.
TRIPTYCH_API Tensor& sparse_(Tensor& tensor, double sparsity, double std = 0.01, Location where = Location::here());

}  // namespace triptych::eager::nn::init
