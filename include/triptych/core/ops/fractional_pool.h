// Pools whose windows are not equally far apart.
#pragma once

#include <optional>
#include <utility>

#include "triptych/core/ops/pool_nd.h"
#include "triptych/core/tensor.h"

namespace triptych {

struct FractionalMaxPool2dOptions {
  Size2 kernel_size = 2;
  /// The result's height and width, or else
  std::optional<Size2> output_size = {};
  /// their ratio to x's, between 0 and 1.
  std::optional<std::pair<double, double>> output_ratio = {};
  /// (n, c, 2), where the windows of each channel begin: for width, then height, in [0, 1). Undefined: drawn.
  Tensor random_samples = {};
};
struct FractionalMaxPool3dOptions {
  Size3 kernel_size = 2;
  std::optional<Size3> output_size = {};
  struct Ratio {
    double depth, height, width;
  };
  std::optional<Ratio> output_ratio = {};
  /// (n, c, 3): for depth, height, width.
  Tensor random_samples = {};
};

/// The largest elements under windows of `kernel_size` whose places are drawn, so that a size may shrink by any factor;
/// of x (n, c, h, w) or without a batch. Window i begins at floor((i + u) a) - floor(u a), a being (length - kernel) /
/// (output - 1); the last at the end.
/// @throws ArgumentError unless one of size and ratio is given, or if windows do not fit.
/// Source: Graham, Fractional max-pooling, 2014; torch.nn.functional.fractional_max_pool2d, fractional_max_pool3d.
TRIPTYCH_API Tensor fractional_max_pool2d(Arg x, FractionalMaxPool2dOptions options);
TRIPTYCH_API Tensor fractional_max_pool3d(Arg x, FractionalMaxPool3dOptions options);
TRIPTYCH_API MaxPooled fractional_max_pool2d_with_indices(Arg x, FractionalMaxPool2dOptions options);
TRIPTYCH_API MaxPooled fractional_max_pool3d_with_indices(Arg x, FractionalMaxPool3dOptions options);

}  // namespace triptych
