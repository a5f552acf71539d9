// Vectors and weights of unit length, and local response normalization.
#pragma once

#include <cstdint>
#include <optional>

#include "triptych/core/tensor.h"

namespace triptych {

/// x / max(||x||_p, eps), the norm of order `p` (at least 0, infinity too) taken along `axis`.
/// @throws ArgumentError if x is not floating-point, p or eps is negative, or there is no such axis.
/// Source: torch.nn.functional.normalize.
TRIPTYCH_API Tensor normalize(Arg x, double p = 2, std::int64_t axis = 1, double eps = 1e-12);

/// x / sqrt(max(sum(x^2), epsilon)) along `axes`, all if there are none.
/// Source: tf.math.l2_normalize, keras.layers.UnitNormalization.
TRIPTYCH_API Tensor l2_normalize(Arg x, const Axes& axes = {}, double epsilon = 1e-12);

/// x (N, C, ...) divided by (k + alpha / size * the sum of the squares of `size` neighbouring channels) ^ beta.
/// @throws ArgumentError if x is not floating-point or has less than three dimensions, or size is not positive.
/// Source: torch.nn.functional.local_response_norm.
TRIPTYCH_API Tensor local_response_norm(Arg x, std::int64_t size, double alpha = 1e-4, double beta = 0.75,
                                        double k = 1);

/// g v / ||v||: the norm over all axes but `dim`, over all of them without one. `g` broadcasts to v.
/// Source: torch._weight_norm, torch.nn.utils.parametrizations.weight_norm.
TRIPTYCH_API Tensor weight_norm(Arg v, Arg g, std::optional<std::int64_t> dim = 0);

struct SpectralNormOptions {
  std::int64_t n_power_iterations = 1;
  /// The axis of the outputs: the weight is seen as a matrix with it as rows.
  std::int64_t dim = 0;
  double eps = 1e-12;
};
struct SpectralNorm {
  /// The weight divided by its largest singular value, as u^T W v says.
  Tensor weight;
  /// The singular vectors after the iterations; without gradient.
  Tensor u, v;
};
/// One step (or several, or none) of power iteration from `u` (rows) and `v` (columns): u = W v / ||W v||, v = W^T u /
/// ||W^T u||. A vector is normalized, and u and v stay as they are.
/// @throws ArgumentError if shapes do not fit, or n_power_iterations is negative.
/// Source: torch.nn.utils.parametrizations.spectral_norm.
TRIPTYCH_API SpectralNorm spectral_norm(Arg weight, const Tensor& u, const Tensor& v, SpectralNormOptions options = {});

}  // namespace triptych
