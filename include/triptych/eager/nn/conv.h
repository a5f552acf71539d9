// Convolutions.
#pragma once

#include "triptych/core/ops/sizes.h"
#include "triptych/eager/module.h"

namespace triptych::eager::nn {

struct Conv2dOptions {
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  Size2 kernel_size = 0;
  Size2 stride = 1;
  Padding2 padding = 0;
  Size2 dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  DType dtype = float32;
};

/// Two-dimensional convolution of x (n, in_channels, h, w); see triptych::conv2d. weight (out_channels, in_channels /
/// groups, kh, kw) and bias start uniform in +-1 / sqrt(in_channels / groups kh kw), as PyTorch's. ArgumentError if a
/// size is not positive or groups does not divide the channels.
class TRIPTYCH_API Conv2d : public Module {
 public:
  using Options = Conv2dOptions;
  explicit Conv2d(const Conv2dOptions& options, Location where = Location::here());
  Conv2d(std::int64_t in_channels, std::int64_t out_channels, Size2 kernel_size, Size2 stride = 1, Padding2 padding = 0,
         Location where = Location::here())
      : Conv2d(Conv2dOptions{.in_channels = in_channels,
                             .out_channels = out_channels,
                             .kernel_size = kernel_size,
                             .stride = stride,
                             .padding = padding},
               where) {}
  template <class = void>
  explicit Conv2d(...) = delete;  // neither numbers nor Conv2dOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;

  const Conv2dOptions options;
  Tensor& weight;
  Tensor& bias;  // undefined without
};

}  // namespace triptych::eager::nn
