// Convolutions along one and three axes, and transposed ones; conv2d is in conv.h.
#pragma once

#include <utility>

#include "triptych/core/ops/conv.h"
#include "triptych/core/ops/volume_sizes.h"

namespace triptych {

struct Conv1dOptions {
  std::int64_t stride = 1;
  Padding1 padding = 0;
  std::int64_t dilation = 1;
  std::int64_t groups = 1;
  DataFormat data_format = DataFormat::nchw;  // nchw: (n, c, length)
  Activation activation = Activation::none;
};

/// conv2d along one axis: x (n, c, length), or (n, length, c) with `data_format` nhwc, and weight (o, c / groups, k)
///   y[n, o, i] = bias[o] + sum over c, p of x[n, c, i stride - padding + p dilation] weight[o, c, p].
/// x may come without its batch, as in conv2d and all that is here. Floating dtypes, the same for all operands.
/// ArgumentError if channels, groups or sizes do not fit.
TRIPTYCH_API Tensor conv1d(Arg x, Arg weight, Conv1dOptions options = {});
TRIPTYCH_API Tensor conv1d(Arg x, Arg weight, Arg bias, Conv1dOptions options = {});
inline Tensor conv1d(Arg x, Arg weight, Arg bias, std::int64_t stride, Padding1 padding = 0) {
  return conv1d(std::move(x), std::move(weight), std::move(bias), Conv1dOptions{.stride = stride, .padding = padding});
}

struct Conv3dOptions {
  Size3 stride = 1;
  Padding3 padding = 0;
  Size3 dilation = 1;
  std::int64_t groups = 1;
  DataFormat data_format = DataFormat::nchw;  // nchw: (n, c, depth, height, width)
  Activation activation = Activation::none;
};

/// conv2d along three axes: x (n, c, d, h, w), or (n, d, h, w, c) with `data_format` nhwc, and weight (o, c / groups,
/// kd, kh, kw).
TRIPTYCH_API Tensor conv3d(Arg x, Arg weight, Conv3dOptions options = {});
TRIPTYCH_API Tensor conv3d(Arg x, Arg weight, Arg bias, Conv3dOptions options = {});
inline Tensor conv3d(Arg x, Arg weight, Arg bias, Size3 stride, Padding3 padding = 0) {
  return conv3d(std::move(x), std::move(weight), std::move(bias), Conv3dOptions{.stride = stride, .padding = padding});
}

struct ConvTranspose1dOptions {
  std::int64_t stride = 1;
  Padding1 padding = 0;
  std::int64_t output_padding = 0;
  std::int64_t groups = 1;
  std::int64_t dilation = 1;
  DataFormat data_format = DataFormat::nchw;
};
struct ConvTranspose2dOptions {
  Size2 stride = 1;
  Padding2 padding = 0;
  Size2 output_padding = 0;
  std::int64_t groups = 1;
  Size2 dilation = 1;
  DataFormat data_format = DataFormat::nchw;
};
struct ConvTranspose3dOptions {
  Size3 stride = 1;
  Padding3 padding = 0;
  Size3 output_padding = 0;
  std::int64_t groups = 1;
  Size3 dilation = 1;
  DataFormat data_format = DataFormat::nchw;
};

/// The transpose of a convolution, which is its gradient with respect to the images: for x (n, c, ...) and weight (c, o
/// / groups, k, ...), every element of x spreads its window, times `weight`, over the result; along each axis that has
///   (length - 1) stride - 2 padding + dilation (k - 1) + 1 + output_padding
/// elements. `padding` cuts the result; "same" makes it length * stride long, as in Keras, and is given without
/// `output_padding`, which is less than the stride or the dilation. `bias` (o,) is added. Dtypes, batch and errors as
/// for conv1d.
TRIPTYCH_API Tensor conv_transpose1d(Arg x, Arg weight, ConvTranspose1dOptions options = {});
TRIPTYCH_API Tensor conv_transpose1d(Arg x, Arg weight, Arg bias, ConvTranspose1dOptions options = {});
TRIPTYCH_API Tensor conv_transpose2d(Arg x, Arg weight, ConvTranspose2dOptions options = {});
TRIPTYCH_API Tensor conv_transpose2d(Arg x, Arg weight, Arg bias, ConvTranspose2dOptions options = {});
TRIPTYCH_API Tensor conv_transpose3d(Arg x, Arg weight, ConvTranspose3dOptions options = {});
TRIPTYCH_API Tensor conv_transpose3d(Arg x, Arg weight, Arg bias, ConvTranspose3dOptions options = {});

/// Each channel of x convolved with its own kernels, TensorFlow's depthwise_conv2d: weight (c * multiplier, 1, kh, kw);
/// output o is of channel o / multiplier. The same as conv2d with as many groups as channels.
TRIPTYCH_API Tensor depthwise_conv2d(Arg x, Arg weight, Conv2dOptions options = {});
/// depthwise_conv2d, whose results are then mixed by `pointwise` (o, c * multiplier, 1, 1).
TRIPTYCH_API Tensor separable_conv2d(Arg x, Arg depthwise, Arg pointwise, Conv2dOptions options = {});

}  // namespace triptych
