// Pooling.
#pragma once

#include "triptych/core/ops/pool.h"
#include "triptych/eager/module.h"

namespace triptych::eager::nn {

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
  explicit MaxPool2d(const Options& options) : options(options) {}
  explicit MaxPool2d(Size2 kernel_size, Size2 stride = 0, Padding2 padding = 0)
      : options{.kernel_size = kernel_size, .stride = stride, .padding = padding} {}
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
};
/// The mean under a sliding window; see triptych::avg_pool2d.
class TRIPTYCH_API AvgPool2d : public Module {
 public:
  using Options = AvgPool2dOptions;
  explicit AvgPool2d(const Options& options) : options(options) {}
  explicit AvgPool2d(Size2 kernel_size, Size2 stride = 0, Padding2 padding = 0)
      : options{.kernel_size = kernel_size, .stride = stride, .padding = padding} {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

struct AdaptiveAvgPool2dOptions {
  Size2 output_size = 1;
};
/// The mean of each image: (n, c, h, w) to (n, c, 1, 1). UnsupportedError for an output_size other than 1.
class TRIPTYCH_API AdaptiveAvgPool2d : public Module {
 public:
  using Options = AdaptiveAvgPool2dOptions;
  explicit AdaptiveAvgPool2d(const Options& options = {}, Location where = Location::here());
  explicit AdaptiveAvgPool2d(Size2 output_size, Location where = Location::here())
      : AdaptiveAvgPool2d(Options{output_size}, where) {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

}  // namespace triptych::eager::nn
