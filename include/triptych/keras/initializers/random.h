// Initializers that draw random numbers. With a `seed` one gives the same values at every call; without, each call
// takes the next of `utils::set_random_seed`'s streams.
#pragma once

#include <optional>

#include "triptych/core/init.h"
#include "triptych/core/shape.h"
#include "triptych/keras/initializers.h"

namespace triptych::keras {

/// Options, in Keras's order.
struct RandomNormalOptions {
  double mean = 0;
  double stddev = 0.05;
  init::Seed seed = {};
};
struct RandomUniformOptions {
  double minval = -0.05;
  double maxval = 0.05;
  init::Seed seed = {};
};
struct VarianceScalingOptions {
  double scale = 1;
  /// "fan_in", "fan_out" or "fan_avg".
  OwnedText mode = "fan_in";
  /// "truncated_normal" (or "normal"), "untruncated_normal" or "uniform".
  OwnedText distribution = "truncated_normal";
  init::Seed seed = {};
  /// Axes of the inputs and of the outputs, where they are not the last two; give both or none.
  Axes input_axes = {};
  Axes output_axes = {};
};
struct SeedOptions {
  init::Seed seed = {};
  /// As in VarianceScalingOptions.
  Axes input_axes = {};
  Axes output_axes = {};
};
struct OrthogonalOptions {
  double gain = 1;
  init::Seed seed = {};
};

namespace initializers {

// ArgumentError for a parameter that is not finite, or a deviation that is negative.

TRIPTYCH_API Initializer RandomNormal(RandomNormalOptions options = {}, Location where = Location::here());
/// Uniform in [minval, maxval).
TRIPTYCH_API Initializer RandomUniform(RandomUniformOptions options = {}, Location where = Location::here());
/// Normal, but values further than two standard deviations from the mean are drawn again.
TRIPTYCH_API Initializer TruncatedNormal(RandomNormalOptions options = {}, Location where = Location::here());
/// Variance scale / fan; see `triptych::init::variance_scaling`. ArgumentError for an unknown mode or distribution, a
/// scale that is not positive, or only one of the two lists of axes.
TRIPTYCH_API Initializer VarianceScaling(VarianceScalingOptions options = {}, Location where = Location::here());
/// Uniform in +-sqrt(6 / (fan_in + fan_out)).
TRIPTYCH_API Initializer GlorotUniform(SeedOptions options = {}, Location where = Location::here());
/// Truncated normal of variance 2 / (fan_in + fan_out).
TRIPTYCH_API Initializer GlorotNormal(SeedOptions options = {}, Location where = Location::here());
/// Uniform in +-sqrt(6 / fan_in).
TRIPTYCH_API Initializer HeUniform(SeedOptions options = {}, Location where = Location::here());
/// Truncated normal of variance 2 / fan_in.
TRIPTYCH_API Initializer HeNormal(SeedOptions options = {}, Location where = Location::here());
/// Uniform in +-sqrt(3 / fan_in).
TRIPTYCH_API Initializer LecunUniform(SeedOptions options = {}, Location where = Location::here());
/// Truncated normal of variance 1 / fan_in.
TRIPTYCH_API Initializer LecunNormal(SeedOptions options = {}, Location where = Location::here());
/// A matrix, of a convolution's kernel all but the outputs against the outputs, whose shorter side is orthonormal,
/// times `gain`. ArgumentError, when it is called, below two axes.
TRIPTYCH_API Initializer Orthogonal(OrthogonalOptions options = {}, Location where = Location::here());

}  // namespace initializers
}  // namespace triptych::keras
