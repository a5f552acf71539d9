// Convolutions and pools as TensorFlow and Keras have them: kernels (k, ..., in, out), images with their channels last
// unless `data_format` says otherwise, one, two or three axes by the operands' rank, and lists of numbers for the
// windows. They are the functions of conv_nd.h and pool_nd.h, whose gradients, dtypes and errors they have.
#pragma once

#include <initializer_list>
#include <utility>
#include <vector>

#include "triptych/core/ops/volume_sizes.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych {

/// "channels_last", "NHWC" and its like for other numbers of axes ("NWC", "NDHWC"); "channels_first", "NCHW" and its
/// like. ArgumentError for another name.
TRIPTYCH_API DataFormat data_format_of(Text name, Location where = Location::here());

/// "same" or "valid" in small or capital letters; or zeros before and after each axis: {{1, 1}, {2, 0}}, as TensorFlow
/// has them with those of batch and channels, which are {0, 0}.
class WindowPadding {
 public:
  /// ArgumentError for another name.
  TRIPTYCH_API WindowPadding(const char* mode, Location where = Location::here());
  TRIPTYCH_API WindowPadding(const std::string& mode, Location where = Location::here());
  WindowPadding(std::nullptr_t) = delete;
  WindowPadding(std::initializer_list<std::pair<std::int64_t, std::int64_t>> numbers)
      : mode_(PaddingMode::numbers), numbers_(numbers) {}

  PaddingMode mode() const { return mode_; }
  const std::vector<std::pair<std::int64_t, std::int64_t>>& numbers() const { return numbers_; }

 private:
  PaddingMode mode_;
  std::vector<std::pair<std::int64_t, std::int64_t>> numbers_;
};

/// Numbers for axes are one for all, one for each, or, as TensorFlow has them, one for each dimension of the images, of
/// which those of batch and channels are 1.
struct ConvolutionOptions {
  Axes strides = 1;
  WindowPadding padding = "valid";
  DataFormat data_format = DataFormat::nhwc;
  Axes dilations = 1;
};

/// x convolved with `kernel` (k, ..., in / groups, out): there are as many groups as x's channels over the kernel's.
/// x's channels must be known.
/// @throws ArgumentError unless there are one to three axes, or if shapes or dtypes do not fit (all of this header).
/// Source: tf.nn.convolution, keras.ops.conv.
TRIPTYCH_API Tensor convolution(Arg x, Arg kernel, ConvolutionOptions options = {});
/// Each channel convolved with kernels of its own, `kernel` (k, ..., in, multiplier).
/// Source: tf.nn.depthwise_conv2d, keras.ops.depthwise_conv.
TRIPTYCH_API Tensor depthwise_convolution(Arg x, Arg kernel, ConvolutionOptions options = {});
/// depthwise_convolution, whose results are mixed by `pointwise` (1, ..., in multiplier, out).
/// Source: tf.nn.separable_conv2d, keras.ops.separable_conv.
TRIPTYCH_API Tensor separable_convolution(Arg x, Arg depthwise, Arg pointwise, ConvolutionOptions options = {});

struct ConvolutionTransposeOptions {
  Axes strides = 1;
  WindowPadding padding = "valid";
  DataFormat data_format = DataFormat::nhwc;
  Axes dilations = 1;
  /// Of the result: its axes, or all of its dimensions, as TensorFlow has it; or else
  Axes output_shape = {};
  /// what is added to (length - 1) stride + window ("valid"), or (length - 1) stride + window mod 2 ("same"). Without
  /// both the result has length * stride elements ("same"), or all that windows reach, at least length * stride.
  Axes output_padding = {};
};
/// The transpose of convolution, `kernel` (k, ..., out, in). x's lengths must be known.
/// @throws ArgumentError if no convolution with these options leads from the output shape to x's.
/// Source: tf.nn.conv_transpose, keras.ops.conv_transpose.
TRIPTYCH_API Tensor convolution_transpose(Arg x, Arg kernel, ConvolutionTransposeOptions options = {});

struct WindowPoolOptions {
  Axes pool_size = 2;
  /// Empty: as the windows.
  Axes strides = {};
  WindowPadding padding = "valid";
  DataFormat data_format = DataFormat::nhwc;
};
/// The largest element under each window; the mean of those that lie in the image.
/// Source: tf.nn.max_pool, tf.nn.avg_pool, keras.ops.max_pool, keras.ops.average_pool.
TRIPTYCH_API Tensor max_pool(Arg x, WindowPoolOptions options = {});
TRIPTYCH_API Tensor average_pool(Arg x, WindowPoolOptions options = {});

}  // namespace triptych
