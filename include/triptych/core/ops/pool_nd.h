// Pools along one and three axes, adaptive and power-average ones, and where maxima lie; the others are in pool.h.
#pragma once

#include <utility>

#include "triptych/core/ops/pool.h"
#include "triptych/core/ops/volume_sizes.h"

namespace triptych {

struct MaxPool1dOptions {
  std::int64_t kernel_size = 2;
  std::int64_t stride = 0;  // 0: the kernel's size
  Padding1 padding = 0;
  std::int64_t dilation = 1;
  bool ceil_mode = false;
  DataFormat data_format = DataFormat::nchw;  // nchw: (n, c, length)
};
struct MaxPool3dOptions {
  Size3 kernel_size = 2;
  Size3 stride = 0;
  Padding3 padding = 0;
  Size3 dilation = 1;
  bool ceil_mode = false;
  DataFormat data_format = DataFormat::nchw;  // nchw: (n, c, depth, height, width)
};

/// max_pool2d along one axis, of x (n, c, length), or three, of x (n, c, depth, height, width). All pools take x
/// without its batch, too.
TRIPTYCH_API Tensor max_pool1d(Arg x, MaxPool1dOptions options = {});
inline Tensor max_pool1d(Arg x, std::int64_t kernel_size, std::int64_t stride = 0, Padding1 padding = 0) {
  return max_pool1d(std::move(x), MaxPool1dOptions{.kernel_size = kernel_size, .stride = stride, .padding = padding});
}
TRIPTYCH_API Tensor max_pool3d(Arg x, MaxPool3dOptions options = {});
inline Tensor max_pool3d(Arg x, Size3 kernel_size, Size3 stride = 0, Padding3 padding = 0) {
  return max_pool3d(std::move(x), MaxPool3dOptions{.kernel_size = kernel_size, .stride = stride, .padding = padding});
}

/// Maxima, and where in the image they are: the int64 number of the element, counted through the pooled axes row-major,
/// without batch and channels.
struct MaxPooled {
  Tensor values, indices;
};
/// The pools with PyTorch's `return_indices`.
TRIPTYCH_API MaxPooled max_pool1d_with_indices(Arg x, MaxPool1dOptions options = {});
TRIPTYCH_API MaxPooled max_pool2d_with_indices(Arg x, MaxPool2dOptions options = {});
TRIPTYCH_API MaxPooled max_pool3d_with_indices(Arg x, MaxPool3dOptions options = {});

struct MaxUnpool1dOptions {
  std::int64_t kernel_size = 2;
  std::int64_t stride = 0;  // 0: the kernel's size
  std::int64_t padding = 0;
  std::int64_t output_size = 0;  // 0: (length - 1) stride - 2 padding + kernel_size
};
struct MaxUnpool2dOptions {
  Size2 kernel_size = 2;
  Size2 stride = 0;
  Size2 padding = 0;
  Size2 output_size = 0;
};
struct MaxUnpool3dOptions {
  Size3 kernel_size = 2;
  Size3 stride = 0;
  Size3 padding = 0;
  Size3 output_size = 0;
};

/// Zeros with the elements of x (n, c, ...) at the places `indices`, as max_pool gave them: the last one where several
/// come to one place; each gets the gradient of its place. The lengths of the pooled axes must be known. ArgumentError
/// for an index outside of the result.
TRIPTYCH_API Tensor max_unpool1d(Arg x, Arg indices, MaxUnpool1dOptions options = {});
TRIPTYCH_API Tensor max_unpool2d(Arg x, Arg indices, MaxUnpool2dOptions options = {});
TRIPTYCH_API Tensor max_unpool3d(Arg x, Arg indices, MaxUnpool3dOptions options = {});

struct AvgPool1dOptions {
  std::int64_t kernel_size = 2;
  std::int64_t stride = 0;  // 0: the kernel's size
  Padding1 padding = 0;
  bool ceil_mode = false;
  bool count_include_pad = true;
  DataFormat data_format = DataFormat::nchw;
};
struct AvgPool3dOptions {
  Size3 kernel_size = 2;
  Size3 stride = 0;
  Padding3 padding = 0;
  bool ceil_mode = false;
  bool count_include_pad = true;
  DataFormat data_format = DataFormat::nchw;
};

/// avg_pool2d along one axis or three.
TRIPTYCH_API Tensor avg_pool1d(Arg x, AvgPool1dOptions options = {});
inline Tensor avg_pool1d(Arg x, std::int64_t kernel_size, std::int64_t stride = 0, Padding1 padding = 0) {
  return avg_pool1d(std::move(x), AvgPool1dOptions{.kernel_size = kernel_size, .stride = stride, .padding = padding});
}
TRIPTYCH_API Tensor avg_pool3d(Arg x, AvgPool3dOptions options = {});
inline Tensor avg_pool3d(Arg x, Size3 kernel_size, Size3 stride = 0, Padding3 padding = 0) {
  return avg_pool3d(std::move(x), AvgPool3dOptions{.kernel_size = kernel_size, .stride = stride, .padding = padding});
}
/// Sums divided by `divisor_override` instead of the number of elements; ArgumentError if it is 0.
TRIPTYCH_API Tensor avg_pool2d(Arg x, AvgPool2dOptions options, std::int64_t divisor_override);
TRIPTYCH_API Tensor avg_pool3d(Arg x, AvgPool3dOptions options, std::int64_t divisor_override);

struct LpPool1dOptions {
  std::int64_t kernel_size = 2;
  std::int64_t stride = 0;  // 0: the kernel's size
  bool ceil_mode = false;
  DataFormat data_format = DataFormat::nchw;
};
struct LpPool2dOptions {
  Size2 kernel_size = 2;
  Size2 stride = 0;
  bool ceil_mode = false;
  DataFormat data_format = DataFormat::nchw;
};
struct LpPool3dOptions {
  Size3 kernel_size = 2;
  Size3 stride = 0;
  bool ceil_mode = false;
  DataFormat data_format = DataFormat::nchw;
};

/// (sum of x^p)^(1 / p) over the elements of a window, p being `norm_type`; of a negative sum its negative root, as
/// PyTorch writes it. ArgumentError unless p is positive.
TRIPTYCH_API Tensor lp_pool1d(Arg x, double norm_type, LpPool1dOptions options = {});
TRIPTYCH_API Tensor lp_pool2d(Arg x, double norm_type, LpPool2dOptions options = {});
TRIPTYCH_API Tensor lp_pool3d(Arg x, double norm_type, LpPool3dOptions options = {});

/// The mean (largest element) of `output_size` windows that share each axis of n elements: window i takes elements
/// floor(i n / output_size) to ceil((i + 1) n / output_size). -1 leaves an axis as it is, PyTorch's None. ArgumentError
/// for other negative sizes.
TRIPTYCH_API Tensor adaptive_avg_pool1d(Arg x, std::int64_t output_size, DataFormat data_format = DataFormat::nchw);
TRIPTYCH_API Tensor adaptive_avg_pool2d(Arg x, Size2 output_size, DataFormat data_format = DataFormat::nchw);
TRIPTYCH_API Tensor adaptive_avg_pool3d(Arg x, Size3 output_size, DataFormat data_format = DataFormat::nchw);
TRIPTYCH_API Tensor adaptive_max_pool1d(Arg x, std::int64_t output_size, DataFormat data_format = DataFormat::nchw);
TRIPTYCH_API Tensor adaptive_max_pool2d(Arg x, Size2 output_size, DataFormat data_format = DataFormat::nchw);
TRIPTYCH_API Tensor adaptive_max_pool3d(Arg x, Size3 output_size, DataFormat data_format = DataFormat::nchw);
TRIPTYCH_API MaxPooled adaptive_max_pool1d_with_indices(Arg x, std::int64_t output_size,
                                                        DataFormat data_format = DataFormat::nchw);
TRIPTYCH_API MaxPooled adaptive_max_pool2d_with_indices(Arg x, Size2 output_size,
                                                        DataFormat data_format = DataFormat::nchw);
TRIPTYCH_API MaxPooled adaptive_max_pool3d_with_indices(Arg x, Size3 output_size,
                                                        DataFormat data_format = DataFormat::nchw);

/// The mean (largest element) over all of the axes but batch and channels; see global_avg_pool2d.
TRIPTYCH_API Tensor global_avg_pool1d(Arg x, GlobalPoolOptions options = {});
TRIPTYCH_API Tensor global_avg_pool3d(Arg x, GlobalPoolOptions options = {});
TRIPTYCH_API Tensor global_max_pool1d(Arg x, GlobalPoolOptions options = {});
TRIPTYCH_API Tensor global_max_pool3d(Arg x, GlobalPoolOptions options = {});

}  // namespace triptych
