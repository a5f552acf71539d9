// Pools as modules.
#pragma once

#include <optional>

#include "triptych/core/ops/fractional_pool.h"
#include "triptych/core/ops/pool_nd.h"
#include "triptych/eager/module.h"

namespace triptych::eager::nn {

// What is made from options is a template where {3, 2} could be options, too: it is a size.

// --- Maxima ---------------------------------------------------------------------------------------------------------

struct MaxPool1dOptions {
  std::int64_t kernel_size = 2;
  std::int64_t stride = 0;  // 0: the kernel's size
  Padding1 padding = 0;
  std::int64_t dilation = 1;
  bool ceil_mode = false;
};
/// The largest element under a sliding window; see triptych::max_pool1d.
class TRIPTYCH_API MaxPool1d : public Module {
 public:
  using Options = MaxPool1dOptions;
  explicit MaxPool1d(const Options& options) : options(options) {}
  explicit MaxPool1d(std::int64_t kernel_size, std::int64_t stride = 0, Padding1 padding = 0, std::int64_t dilation = 1)
      : options{.kernel_size = kernel_size, .stride = stride, .padding = padding, .dilation = dilation} {}
  Tensor forward(const Tensor& x) override;
  /// PyTorch's return_indices: `auto [y, indices] = pool.with_indices(x)`.
  MaxPooled with_indices(const Arg& x);
  std::string extra_repr() const override;
  const Options options;
};

struct MaxPool2dOptions {
  Size2 kernel_size = 2;
  Size2 stride = 0;  // 0: the kernel's size
  Padding2 padding = 0;
  Size2 dilation = 1;
  bool ceil_mode = false;
};
/// The largest element under a sliding window; see triptych::max_pool2d.
class TRIPTYCH_API MaxPool2d : public Module {
 public:
  using Options = MaxPool2dOptions;
  template <class = void>
  explicit MaxPool2d(const Options& options) : options(options) {}
  explicit MaxPool2d(Size2 kernel_size, Size2 stride = 0, Padding2 padding = 0, Size2 dilation = 1)
      : options{.kernel_size = kernel_size, .stride = stride, .padding = padding, .dilation = dilation} {}
  Tensor forward(const Tensor& x) override;
  /// PyTorch's return_indices: `auto [y, indices] = pool.with_indices(x)`.
  MaxPooled with_indices(const Arg& x);
  std::string extra_repr() const override;
  const Options options;
};

struct MaxPool3dOptions {
  Size3 kernel_size = 2;
  Size3 stride = 0;  // 0: the kernel's size
  Padding3 padding = 0;
  Size3 dilation = 1;
  bool ceil_mode = false;
};
/// The largest element under a sliding window; see triptych::max_pool3d.
class TRIPTYCH_API MaxPool3d : public Module {
 public:
  using Options = MaxPool3dOptions;
  template <class = void>
  explicit MaxPool3d(const Options& options) : options(options) {}
  explicit MaxPool3d(Size3 kernel_size, Size3 stride = 0, Padding3 padding = 0, Size3 dilation = 1)
      : options{.kernel_size = kernel_size, .stride = stride, .padding = padding, .dilation = dilation} {}
  Tensor forward(const Tensor& x) override;
  /// PyTorch's return_indices: `auto [y, indices] = pool.with_indices(x)`.
  MaxPooled with_indices(const Arg& x);
  std::string extra_repr() const override;
  const Options options;
};

struct MaxUnpool1dModuleOptions {
  std::int64_t kernel_size = 2;
  std::int64_t stride = 0;
  std::int64_t padding = 0;
};
/// Zeros with x at the places where MaxPool1d found the maxima: `unpool(y, indices)`, or `unpool(y, indices,
/// output_size)`.
class TRIPTYCH_API MaxUnpool1d : public Module {
 public:
  using Options = MaxUnpool1dModuleOptions;
  explicit MaxUnpool1d(const Options& options) : options(options) {}
  explicit MaxUnpool1d(std::int64_t kernel_size, std::int64_t stride = 0, std::int64_t padding = 0)
      : options{.kernel_size = kernel_size, .stride = stride, .padding = padding} {}
  using Module::forward;
  Tensor forward(const Tensor& x, const Tensor& indices, std::int64_t output_size);
  Tensor operator()(const Arg& x, const Tensor& indices, std::int64_t output_size = 0) {
    return call(*this, x, indices, output_size);
  }
  std::string extra_repr() const override;
  const Options options;
};

struct MaxUnpool2dModuleOptions {
  Size2 kernel_size = 2;
  Size2 stride = 0;
  Size2 padding = 0;
};
/// Zeros with x at the places where MaxPool2d found the maxima: `unpool(y, indices)`, or `unpool(y, indices,
/// output_size)`.
class TRIPTYCH_API MaxUnpool2d : public Module {
 public:
  using Options = MaxUnpool2dModuleOptions;
  template <class = void>
  explicit MaxUnpool2d(const Options& options) : options(options) {}
  explicit MaxUnpool2d(Size2 kernel_size, Size2 stride = 0, Size2 padding = 0)
      : options{.kernel_size = kernel_size, .stride = stride, .padding = padding} {}
  using Module::forward;
  Tensor forward(const Tensor& x, const Tensor& indices, Size2 output_size);
  Tensor operator()(const Arg& x, const Tensor& indices, Size2 output_size = 0) {
    return call(*this, x, indices, output_size);
  }
  std::string extra_repr() const override;
  const Options options;
};

struct MaxUnpool3dModuleOptions {
  Size3 kernel_size = 2;
  Size3 stride = 0;
  Size3 padding = 0;
};
/// Zeros with x at the places where MaxPool3d found the maxima: `unpool(y, indices)`, or `unpool(y, indices,
/// output_size)`.
class TRIPTYCH_API MaxUnpool3d : public Module {
 public:
  using Options = MaxUnpool3dModuleOptions;
  template <class = void>
  explicit MaxUnpool3d(const Options& options) : options(options) {}
  explicit MaxUnpool3d(Size3 kernel_size, Size3 stride = 0, Size3 padding = 0)
      : options{.kernel_size = kernel_size, .stride = stride, .padding = padding} {}
  using Module::forward;
  Tensor forward(const Tensor& x, const Tensor& indices, Size3 output_size);
  Tensor operator()(const Arg& x, const Tensor& indices, Size3 output_size = 0) {
    return call(*this, x, indices, output_size);
  }
  std::string extra_repr() const override;
  const Options options;
};

// --- Means ----------------------------------------------------------------------------------------------------------

struct AvgPool1dOptions {
  std::int64_t kernel_size = 2;
  std::int64_t stride = 0;  // 0: the kernel's size
  Padding1 padding = 0;
  bool ceil_mode = false;
  bool count_include_pad = true;
};
/// The mean under a sliding window; see triptych::avg_pool1d.
class TRIPTYCH_API AvgPool1d : public Module {
 public:
  using Options = AvgPool1dOptions;
  explicit AvgPool1d(const Options& options) : options(options) {}
  explicit AvgPool1d(std::int64_t kernel_size, std::int64_t stride = 0, Padding1 padding = 0, bool ceil_mode = false,
                     bool count_include_pad = true)
      : options{.kernel_size = kernel_size,
                .stride = stride,
                .padding = padding,
                .ceil_mode = ceil_mode,
                .count_include_pad = count_include_pad} {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

struct AvgPool2dOptions {
  Size2 kernel_size = 2;
  Size2 stride = 0;  // 0: the kernel's size
  Padding2 padding = 0;
  bool ceil_mode = false;
  bool count_include_pad = true;
  std::optional<std::int64_t> divisor_override = {};  // instead of the number of elements
};
/// The mean under a sliding window; see triptych::avg_pool2d.
class TRIPTYCH_API AvgPool2d : public Module {
 public:
  using Options = AvgPool2dOptions;
  template <class = void>
  explicit AvgPool2d(const Options& options) : options(options) {}
  explicit AvgPool2d(Size2 kernel_size, Size2 stride = 0, Padding2 padding = 0, bool ceil_mode = false,
                     bool count_include_pad = true, std::optional<std::int64_t> divisor_override = {})
      : options{.kernel_size = kernel_size,
                .stride = stride,
                .padding = padding,
                .ceil_mode = ceil_mode,
                .count_include_pad = count_include_pad,
                .divisor_override = divisor_override} {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

struct AvgPool3dOptions {
  Size3 kernel_size = 2;
  Size3 stride = 0;  // 0: the kernel's size
  Padding3 padding = 0;
  bool ceil_mode = false;
  bool count_include_pad = true;
  std::optional<std::int64_t> divisor_override = {};  // instead of the number of elements
};
/// The mean under a sliding window; see triptych::avg_pool3d.
class TRIPTYCH_API AvgPool3d : public Module {
 public:
  using Options = AvgPool3dOptions;
  template <class = void>
  explicit AvgPool3d(const Options& options) : options(options) {}
  explicit AvgPool3d(Size3 kernel_size, Size3 stride = 0, Padding3 padding = 0, bool ceil_mode = false,
                     bool count_include_pad = true, std::optional<std::int64_t> divisor_override = {})
      : options{.kernel_size = kernel_size,
                .stride = stride,
                .padding = padding,
                .ceil_mode = ceil_mode,
                .count_include_pad = count_include_pad,
                .divisor_override = divisor_override} {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

struct LPPool1dOptions {
  Scalar norm_type = 2;
  std::int64_t kernel_size = 2;
  std::int64_t stride = 0;  // 0: the kernel's size
  bool ceil_mode = false;
};
/// (sum of x^p)^(1 / p) under a sliding window, p being norm_type; see triptych::lp_pool1d.
class TRIPTYCH_API LPPool1d : public Module {
 public:
  using Options = LPPool1dOptions;
  explicit LPPool1d(const Options& options) : options(options) {}
  LPPool1d(Scalar norm_type, std::int64_t kernel_size, std::int64_t stride = 0, bool ceil_mode = false)
      : options{norm_type, kernel_size, stride, ceil_mode} {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

struct LPPool2dOptions {
  Scalar norm_type = 2;
  Size2 kernel_size = 2;
  Size2 stride = 0;  // 0: the kernel's size
  bool ceil_mode = false;
};
/// (sum of x^p)^(1 / p) under a sliding window, p being norm_type; see triptych::lp_pool2d.
class TRIPTYCH_API LPPool2d : public Module {
 public:
  using Options = LPPool2dOptions;
  explicit LPPool2d(const Options& options) : options(options) {}
  LPPool2d(Scalar norm_type, Size2 kernel_size, Size2 stride = 0, bool ceil_mode = false)
      : options{norm_type, kernel_size, stride, ceil_mode} {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

struct LPPool3dOptions {
  Scalar norm_type = 2;
  Size3 kernel_size = 2;
  Size3 stride = 0;  // 0: the kernel's size
  bool ceil_mode = false;
};
/// (sum of x^p)^(1 / p) under a sliding window, p being norm_type; see triptych::lp_pool3d.
class TRIPTYCH_API LPPool3d : public Module {
 public:
  using Options = LPPool3dOptions;
  explicit LPPool3d(const Options& options) : options(options) {}
  LPPool3d(Scalar norm_type, Size3 kernel_size, Size3 stride = 0, bool ceil_mode = false)
      : options{norm_type, kernel_size, stride, ceil_mode} {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

// --- Of a size that is given ----------------------------------------------------------------------------------------

struct AdaptivePool1dOptions {
  std::int64_t output_size = 1;  // -1 leaves an axis as it is, PyTorch's None
};
/// The mean of output_size windows that share each axis; see triptych::adaptive_avg_pool1d.
class TRIPTYCH_API AdaptiveAvgPool1d : public Module {
 public:
  using Options = AdaptivePool1dOptions;
  explicit AdaptiveAvgPool1d(const Options& options = {}) : options(options) {}
  explicit AdaptiveAvgPool1d(std::int64_t output_size) : options{output_size} {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

struct AdaptivePool2dOptions {
  Size2 output_size = 1;  // -1 leaves an axis as it is, PyTorch's None
};
/// The mean of output_size windows that share each axis; see triptych::adaptive_avg_pool2d.
class TRIPTYCH_API AdaptiveAvgPool2d : public Module {
 public:
  using Options = AdaptivePool2dOptions;
  template <class = void>
  explicit AdaptiveAvgPool2d(const Options& options = {}) : options(options) {}
  explicit AdaptiveAvgPool2d(Size2 output_size) : options{output_size} {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

struct AdaptivePool3dOptions {
  Size3 output_size = 1;  // -1 leaves an axis as it is, PyTorch's None
};
/// The mean of output_size windows that share each axis; see triptych::adaptive_avg_pool3d.
class TRIPTYCH_API AdaptiveAvgPool3d : public Module {
 public:
  using Options = AdaptivePool3dOptions;
  template <class = void>
  explicit AdaptiveAvgPool3d(const Options& options = {}) : options(options) {}
  explicit AdaptiveAvgPool3d(Size3 output_size) : options{output_size} {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

/// The largest element under windows whose places are drawn for each call; see triptych::fractional_max_pool2d. The
/// size of the result, or its ratio to x's, is an option; ArgumentError in a call unless one of them is.
class TRIPTYCH_API FractionalMaxPool2d : public Module {
 public:
  using Options = FractionalMaxPool2dOptions;
  explicit FractionalMaxPool2d(const Options& options) : options(options) {}
  FractionalMaxPool2d(Size2 kernel_size, Size2 output_size)
      : options{.kernel_size = kernel_size, .output_size = output_size} {}
  Tensor forward(const Tensor& x) override;
  /// PyTorch's return_indices.
  MaxPooled with_indices(const Arg& x);
  const Options options;
};
/// The same of volumes; see triptych::fractional_max_pool3d.
class TRIPTYCH_API FractionalMaxPool3d : public Module {
 public:
  using Options = FractionalMaxPool3dOptions;
  explicit FractionalMaxPool3d(const Options& options) : options(options) {}
  FractionalMaxPool3d(Size3 kernel_size, Size3 output_size)
      : options{.kernel_size = kernel_size, .output_size = output_size} {}
  Tensor forward(const Tensor& x) override;
  /// PyTorch's return_indices.
  MaxPooled with_indices(const Arg& x);
  const Options options;
};

/// The largest element of output_size windows that share each axis; see triptych::adaptive_max_pool1d.
class TRIPTYCH_API AdaptiveMaxPool1d : public Module {
 public:
  using Options = AdaptivePool1dOptions;
  explicit AdaptiveMaxPool1d(const Options& options = {}) : options(options) {}
  explicit AdaptiveMaxPool1d(std::int64_t output_size) : options{output_size} {}
  Tensor forward(const Tensor& x) override;
  /// PyTorch's return_indices.
  MaxPooled with_indices(const Arg& x);
  std::string extra_repr() const override;
  const Options options;
};

/// The largest element of output_size windows that share each axis; see triptych::adaptive_max_pool2d.
class TRIPTYCH_API AdaptiveMaxPool2d : public Module {
 public:
  using Options = AdaptivePool2dOptions;
  template <class = void>
  explicit AdaptiveMaxPool2d(const Options& options = {}) : options(options) {}
  explicit AdaptiveMaxPool2d(Size2 output_size) : options{output_size} {}
  Tensor forward(const Tensor& x) override;
  /// PyTorch's return_indices.
  MaxPooled with_indices(const Arg& x);
  std::string extra_repr() const override;
  const Options options;
};

/// The largest element of output_size windows that share each axis; see triptych::adaptive_max_pool3d.
class TRIPTYCH_API AdaptiveMaxPool3d : public Module {
 public:
  using Options = AdaptivePool3dOptions;
  template <class = void>
  explicit AdaptiveMaxPool3d(const Options& options = {}) : options(options) {}
  explicit AdaptiveMaxPool3d(Size3 output_size) : options{output_size} {}
  Tensor forward(const Tensor& x) override;
  /// PyTorch's return_indices.
  MaxPooled with_indices(const Arg& x);
  std::string extra_repr() const override;
  const Options options;
};

}  // namespace triptych::eager::nn
