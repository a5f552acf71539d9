// Convolutions.
#pragma once

#include <utility>

#include "triptych/core/ops/matmul.h"
#include "triptych/core/ops/sizes.h"
#include "triptych/core/tensor.h"

namespace triptych {

struct Conv2dOptions {
  Size2 stride = 1;
  Padding2 padding = 0;
  Size2 dilation = 1;
  std::int64_t groups = 1;
  DataFormat data_format = DataFormat::nchw;
  Activation activation = Activation::none;
};

/// Two-dimensional convolution (cross-correlation, as everywhere in the field): for x (n, c, h, w), or (n, h, w, c)
/// with `data_format` nhwc, and weight (o, c / groups, kh, kw)
///   y[n, o, i, j] = bias[o] + sum over c, p, q of x[n, c, i s - pad + p d, j s - pad + q d] weight[o, c, p, q].
/// x may come without its batch. Floating dtypes, the same for all operands. The result's memory is channels-last; with `bias` it has the same bits
/// as the convolution followed by the addition. ArgumentError if channels, groups or sizes do not fit.
TRIPTYCH_API Tensor conv2d(Arg x, Arg weight, Conv2dOptions options = {});
TRIPTYCH_API Tensor conv2d(Arg x, Arg weight, Arg bias, Conv2dOptions options = {});
inline Tensor conv2d(Arg x, Arg weight, Arg bias, Size2 stride, Padding2 padding = 0) {
  return conv2d(std::move(x), std::move(weight), std::move(bias), Conv2dOptions{.stride = stride, .padding = padding});
}
template <class = void>
Tensor conv2d(Arg x, Arg weight, ...) = delete;  // neither a bias nor Conv2dOptions
template <class = void>
Tensor conv2d(Arg x, Arg weight, Arg bias, ...) = delete;  // neither sizes nor Conv2dOptions

}  // namespace triptych
