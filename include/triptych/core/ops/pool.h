// Pooling.
#pragma once

#include <utility>

#include "triptych/core/ops/sizes.h"
#include "triptych/core/tensor.h"

namespace triptych {

struct MaxPool2dOptions {
  Size2 kernel_size = 2;
  Size2 stride = 0;  // 0: the kernel's size
  Padding2 padding = 0;
  Size2 dilation = 1;
  bool ceil_mode = false;
  DataFormat data_format = DataFormat::nchw;
};

/// The largest element under a window that slides over x (n, c, h, w), or (n, h, w, c) with `data_format` nhwc. Padding
/// counts as minus infinity and is at most half of the kernel. With `ceil_mode` a last window may hang over, be it the
/// only one. NaN wins;
/// the gradient goes to the first largest element. Floating dtypes.
TRIPTYCH_API Tensor max_pool2d(Arg x, MaxPool2dOptions options = {});
inline Tensor max_pool2d(Arg x, Size2 kernel_size, Size2 stride = 0, Padding2 padding = 0) {
  return max_pool2d(std::move(x), MaxPool2dOptions{.kernel_size = kernel_size, .stride = stride, .padding = padding});
}
template <class = void>
Tensor max_pool2d(Arg x, ...) = delete;  // neither sizes nor MaxPool2dOptions

struct AvgPool2dOptions {
  Size2 kernel_size = 2;
  Size2 stride = 0;  // 0: the kernel's size
  Padding2 padding = 0;
  bool ceil_mode = false;
  bool count_include_pad =
      true;  // padding counts as zeros, as PyTorch; else only elements of the image count, as Keras
  DataFormat data_format = DataFormat::nchw;
};

/// The mean of the elements under a window that slides over x; see max_pool2d.
TRIPTYCH_API Tensor avg_pool2d(Arg x, AvgPool2dOptions options = {});
inline Tensor avg_pool2d(Arg x, Size2 kernel_size, Size2 stride = 0, Padding2 padding = 0) {
  return avg_pool2d(std::move(x), AvgPool2dOptions{.kernel_size = kernel_size, .stride = stride, .padding = padding});
}
template <class = void>
Tensor avg_pool2d(Arg x, ...) = delete;  // neither sizes nor AvgPool2dOptions

struct GlobalPoolOptions {
  bool keepdims = false;
  DataFormat data_format = DataFormat::nchw;
};

/// The mean over height and width: (n, c), or with `keepdims` (n, c, 1, 1).
TRIPTYCH_API Tensor global_avg_pool2d(Arg x, GlobalPoolOptions options = {});
/// The largest element over height and width; equal ones share the gradient evenly.
TRIPTYCH_API Tensor global_max_pool2d(Arg x, GlobalPoolOptions options = {});

}  // namespace triptych
