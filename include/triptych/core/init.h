// Initializers: the first values of parameters, from a shape and a dtype.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "triptych/core/graph.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych::init {

// Each call of a random initializer takes the next creation index; its numbers follow from the seed of `manual_seed`,
// that index and the element's index, so one model, built in the same order, starts from the same weights in all
// styles. An initializer with a `seed` of its own takes no index and gives the same values at every call (as in Keras).
//
// An initializer takes the *canonical* layout: (in, out) for matrices, (out, in, height, width) for convolution
// kernels, with any number of spatial dimensions. There fan_in is the number of inputs that one output sums (in, or in
// * height * width), fan_out that of outputs that one input reaches. Parameters that lie otherwise in memory are made
// by `make`.

using Seed = std::optional<std::uint64_t>;

/// How a parameter's dimensions are ordered; `h` and `w` stand for one or more spatial dimensions.
enum class Layout : std::uint8_t { in_out, out_in, oihw, hwio };

/// A tensor of `shape`, which is in `layout`: made in the canonical layout and transposed, so that the same weight has
/// the same value in every layout. ArgumentError if shape and layout do not fit.
TRIPTYCH_API Tensor make(const Initializer& initializer, const Shape& shape, DType dtype, Layout layout,
                         Location where = Location::here());

/// How many inputs one output sums, and how many outputs one input reaches, for a canonical shape. ArgumentError if a
/// dimension is unknown.
struct Fans {
  double in, out;
};
TRIPTYCH_API Fans fans(const Shape& shape, Location where = Location::here());

// Errors of an initializer, of the shape or of its parameters, name the line that made it; in a layer the layer's.

TRIPTYCH_API Initializer zeros(Location where = Location::here());
TRIPTYCH_API Initializer ones(Location where = Location::here());
TRIPTYCH_API Initializer constant(double value, Location where = Location::here());
/// Uniform in [low, high).
TRIPTYCH_API Initializer uniform(double low = -0.05, double high = 0.05, Seed seed = {},
                                 Location where = Location::here());
TRIPTYCH_API Initializer normal(double mean = 0, double stddev = 0.05, Seed seed = {},
                                Location where = Location::here());
/// Normal, but values further than two standard deviations from the mean are drawn again.
TRIPTYCH_API Initializer truncated_normal(double mean = 0, double stddev = 0.05, Seed seed = {},
                                          Location where = Location::here());

// As Keras and TensorFlow: variance `scale / fan`. The `normal` ones are truncated, with the standard deviation divided
// by 0.87962566103423978, that of a standard normal cut at two, so that the variance holds.

enum class FanMode : std::uint8_t { fan_in, fan_out, fan_avg };
enum class Distribution : std::uint8_t { truncated_normal, untruncated_normal, uniform };
/// Variance scale / fan: uniform in +-sqrt(3 scale / fan), or normal with standard deviation sqrt(scale / fan).
TRIPTYCH_API Initializer variance_scaling(double scale = 1, FanMode mode = FanMode::fan_in,
                                          Distribution distribution = Distribution::truncated_normal, Seed seed = {},
                                          Location where = Location::here());
/// Uniform in +-sqrt(6 / (fan_in + fan_out)). Glorot and Bengio, 2010.
TRIPTYCH_API Initializer glorot_uniform(Seed seed = {}, Location where = Location::here());
/// Truncated normal of variance 2 / (fan_in + fan_out).
TRIPTYCH_API Initializer glorot_normal(Seed seed = {}, Location where = Location::here());
/// Uniform in +-sqrt(6 / fan_in). He et al., 2015.
TRIPTYCH_API Initializer he_uniform(Seed seed = {}, Location where = Location::here());
/// Truncated normal of variance 2 / fan_in.
TRIPTYCH_API Initializer he_normal(Seed seed = {}, Location where = Location::here());
/// Uniform in +-sqrt(3 / fan_in). LeCun et al., 1998.
TRIPTYCH_API Initializer lecun_uniform(Seed seed = {}, Location where = Location::here());
/// Truncated normal of variance 1 / fan_in.
TRIPTYCH_API Initializer lecun_normal(Seed seed = {}, Location where = Location::here());

// As PyTorch: normals are not truncated, and a shape has at least two dimensions.

/// PyTorch's recommended gain for "linear", "conv2d", "sigmoid" (1), "tanh" (5/3), "relu" (sqrt 2), "leaky_relu"
/// (sqrt(2 / (1 + a^2))), "selu" (3/4); ArgumentError for another name.
TRIPTYCH_API double calculate_gain(Text nonlinearity, double a = 0.01, Location where = Location::here());
/// Uniform in +-gain sqrt(3 / fan). `a` is the slope of leaky_relu.
TRIPTYCH_API Initializer kaiming_uniform(double a = 0, FanMode mode = FanMode::fan_in, Text nonlinearity = "leaky_relu",
                                         Seed seed = {}, Location where = Location::here());
/// Normal with standard deviation gain / sqrt(fan).
TRIPTYCH_API Initializer kaiming_normal(double a = 0, FanMode mode = FanMode::fan_in, Text nonlinearity = "leaky_relu",
                                        Seed seed = {}, Location where = Location::here());
/// Uniform in +-gain sqrt(6 / (fan_in + fan_out)).
TRIPTYCH_API Initializer xavier_uniform(double gain = 1, Seed seed = {}, Location where = Location::here());
/// Normal with standard deviation gain sqrt(2 / (fan_in + fan_out)).
TRIPTYCH_API Initializer xavier_normal(double gain = 1, Seed seed = {}, Location where = Location::here());

/// A matrix (of a convolution's kernel: the outputs against all else) whose shorter side is orthonormal, times `gain`:
/// the Q of a normal matrix's QR factors, with the signs that make Q uniform. Saxe et al., 2013. ArgumentError below
/// two dimensions.
TRIPTYCH_API Initializer orthogonal(double gain = 1, Seed seed = {}, Location where = Location::here());

}  // namespace triptych::init
