// Convolutions and transposed convolutions along one, two and three axes.
#pragma once

#include <string>

#include "triptych/core/ops/volume_sizes.h"
#include "triptych/eager/module.h"

namespace triptych::eager::nn {

struct Conv1dOptions {
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  std::int64_t kernel_size = 0;
  std::int64_t stride = 1;
  Padding1 padding = 0;
  std::int64_t dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  std::string padding_mode = "zeros";  // or "reflect", "replicate", "circular"
  DType dtype = float32;
};

struct Conv2dOptions {
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  Size2 kernel_size = 0;
  Size2 stride = 1;
  Padding2 padding = 0;
  Size2 dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  std::string padding_mode = "zeros";  // or "reflect", "replicate", "circular"
  DType dtype = float32;
};

struct Conv3dOptions {
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  Size3 kernel_size = 0;
  Size3 stride = 1;
  Padding3 padding = 0;
  Size3 dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  std::string padding_mode = "zeros";  // or "reflect", "replicate", "circular"
  DType dtype = float32;
};

/// Convolution along one axis, of x (n, in_channels, length), which may come without its batch; see triptych::conv1d.
/// weight (out_channels, in_channels / groups, k) and bias start uniform in +-1 / sqrt(in_channels / groups k), as
/// PyTorch's. ArgumentError if a size is not positive, groups does not divide the channels, or for another
/// padding_mode.
class TRIPTYCH_API Conv1d : public Module {
 public:
  using Options = Conv1dOptions;
  explicit Conv1d(const Conv1dOptions& options, Location where = Location::here());
  Conv1d(std::int64_t in_channels, std::int64_t out_channels, std::int64_t kernel_size, std::int64_t stride = 1,
         Padding1 padding = 0, std::int64_t dilation = 1, std::int64_t groups = 1, bool bias = true,
         const std::string& padding_mode = "zeros", Location where = Location::here())
      : Conv1d(Options{in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode},
               where) {}
  template <class = void>
  explicit Conv1d(...) = delete;  // neither numbers nor Conv1dOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;

  const Conv1dOptions& options = settings_;
  Tensor& weight;
  Tensor& bias;  // undefined without

 protected:
  Conv1d(detail::Lazily, const Options& options, Location where);
  void make_parameters(Location where);
  Options settings_;
};

/// Convolution along two axes, of x (n, in_channels, h, w), which may come without its batch; see triptych::conv2d.
/// weight (out_channels, in_channels / groups, kh, kw) and bias start uniform in +-1 / sqrt(in_channels / groups kh
/// kw), as PyTorch's. ArgumentError if a size is not positive, groups does not divide the channels, or for another
/// padding_mode.
class TRIPTYCH_API Conv2d : public Module {
 public:
  using Options = Conv2dOptions;
  explicit Conv2d(const Conv2dOptions& options, Location where = Location::here());
  Conv2d(std::int64_t in_channels, std::int64_t out_channels, Size2 kernel_size, Size2 stride = 1, Padding2 padding = 0,
         Size2 dilation = 1, std::int64_t groups = 1, bool bias = true, const std::string& padding_mode = "zeros",
         Location where = Location::here())
      : Conv2d(Options{in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode},
               where) {}
  template <class = void>
  explicit Conv2d(...) = delete;  // neither numbers nor Conv2dOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;

  const Conv2dOptions& options = settings_;
  Tensor& weight;
  Tensor& bias;  // undefined without

 protected:
  Conv2d(detail::Lazily, const Options& options, Location where);
  void make_parameters(Location where);
  Options settings_;
};

/// Convolution along three axes, of x (n, in_channels, d, h, w), which may come without its batch; see
/// triptych::conv3d. weight (out_channels, in_channels / groups, kd, kh, kw) and bias start uniform in +-1 /
/// sqrt(in_channels / groups kd kh kw), as PyTorch's. ArgumentError if a size is not positive, groups does not divide
/// the channels, or for another padding_mode.
class TRIPTYCH_API Conv3d : public Module {
 public:
  using Options = Conv3dOptions;
  explicit Conv3d(const Conv3dOptions& options, Location where = Location::here());
  Conv3d(std::int64_t in_channels, std::int64_t out_channels, Size3 kernel_size, Size3 stride = 1, Padding3 padding = 0,
         Size3 dilation = 1, std::int64_t groups = 1, bool bias = true, const std::string& padding_mode = "zeros",
         Location where = Location::here())
      : Conv3d(Options{in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode},
               where) {}
  template <class = void>
  explicit Conv3d(...) = delete;  // neither numbers nor Conv3dOptions
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;

  const Conv3dOptions& options = settings_;
  Tensor& weight;
  Tensor& bias;  // undefined without

 protected:
  Conv3d(detail::Lazily, const Options& options, Location where);
  void make_parameters(Location where);
  Options settings_;
};

struct ConvTranspose1dOptions {
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  std::int64_t kernel_size = 0;
  std::int64_t stride = 1;
  Padding1 padding = 0;
  std::int64_t output_padding = 0;
  std::int64_t groups = 1;
  bool bias = true;
  std::int64_t dilation = 1;
  std::string padding_mode = "zeros";
  DType dtype = float32;
};

struct ConvTranspose2dOptions {
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  Size2 kernel_size = 0;
  Size2 stride = 1;
  Padding2 padding = 0;
  Size2 output_padding = 0;
  std::int64_t groups = 1;
  bool bias = true;
  Size2 dilation = 1;
  std::string padding_mode = "zeros";
  DType dtype = float32;
};

struct ConvTranspose3dOptions {
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  Size3 kernel_size = 0;
  Size3 stride = 1;
  Padding3 padding = 0;
  Size3 output_padding = 0;
  std::int64_t groups = 1;
  bool bias = true;
  Size3 dilation = 1;
  std::string padding_mode = "zeros";
  DType dtype = float32;
};

/// Transposed convolution, of x (n, in_channels, length); see triptych::conv_transpose1d. weight (in_channels,
/// out_channels / groups, k) and bias start uniform in +-1 / sqrt(out_channels / groups k), as PyTorch's.
class TRIPTYCH_API ConvTranspose1d : public Module {
 public:
  using Options = ConvTranspose1dOptions;
  explicit ConvTranspose1d(const Options& options, Location where = Location::here());
  ConvTranspose1d(std::int64_t in_channels, std::int64_t out_channels, std::int64_t kernel_size,
                  std::int64_t stride = 1, Padding1 padding = 0, std::int64_t output_padding = 0,
                  std::int64_t groups = 1, bool bias = true, std::int64_t dilation = 1,
                  const std::string& padding_mode = "zeros", Location where = Location::here())
      : ConvTranspose1d(Options{in_channels, out_channels, kernel_size, stride, padding, output_padding, groups, bias,
                                dilation, padding_mode},
                        where) {}
  Tensor forward(const Tensor& x) override;
  /// With the sizes of the result instead of output_padding: of all that have the same number of windows, this one.
  Tensor forward(const Tensor& x, std::int64_t output_size);
  using Module::operator();
  Tensor operator()(const Arg& x, std::int64_t output_size) { return call(*this, x, output_size); }
  std::string extra_repr() const override;

  const Options& options = settings_;
  Tensor& weight;
  Tensor& bias;  // undefined without

 protected:
  ConvTranspose1d(detail::Lazily, const Options& options, Location where);
  void make_parameters(Location where);
  Options settings_;
};

/// Transposed convolution, of x (n, in_channels, h, w); see triptych::conv_transpose2d. weight (in_channels,
/// out_channels / groups, kh, kw) and bias start uniform in +-1 / sqrt(out_channels / groups kh kw), as PyTorch's.
class TRIPTYCH_API ConvTranspose2d : public Module {
 public:
  using Options = ConvTranspose2dOptions;
  explicit ConvTranspose2d(const Options& options, Location where = Location::here());
  ConvTranspose2d(std::int64_t in_channels, std::int64_t out_channels, Size2 kernel_size, Size2 stride = 1,
                  Padding2 padding = 0, Size2 output_padding = 0, std::int64_t groups = 1, bool bias = true,
                  Size2 dilation = 1, const std::string& padding_mode = "zeros", Location where = Location::here())
      : ConvTranspose2d(Options{in_channels, out_channels, kernel_size, stride, padding, output_padding, groups, bias,
                                dilation, padding_mode},
                        where) {}
  Tensor forward(const Tensor& x) override;
  /// With the sizes of the result instead of output_padding: of all that have the same number of windows, this one.
  Tensor forward(const Tensor& x, Size2 output_size);
  using Module::operator();
  Tensor operator()(const Arg& x, Size2 output_size) { return call(*this, x, output_size); }
  std::string extra_repr() const override;

  const Options& options = settings_;
  Tensor& weight;
  Tensor& bias;  // undefined without

 protected:
  ConvTranspose2d(detail::Lazily, const Options& options, Location where);
  void make_parameters(Location where);
  Options settings_;
};

/// Transposed convolution, of x (n, in_channels, d, h, w); see triptych::conv_transpose3d. weight (in_channels,
/// out_channels / groups, kd, kh, kw) and bias start uniform in +-1 / sqrt(out_channels / groups kd kh kw), as
/// PyTorch's.
class TRIPTYCH_API ConvTranspose3d : public Module {
 public:
  using Options = ConvTranspose3dOptions;
  explicit ConvTranspose3d(const Options& options, Location where = Location::here());
  ConvTranspose3d(std::int64_t in_channels, std::int64_t out_channels, Size3 kernel_size, Size3 stride = 1,
                  Padding3 padding = 0, Size3 output_padding = 0, std::int64_t groups = 1, bool bias = true,
                  Size3 dilation = 1, const std::string& padding_mode = "zeros", Location where = Location::here())
      : ConvTranspose3d(Options{in_channels, out_channels, kernel_size, stride, padding, output_padding, groups, bias,
                                dilation, padding_mode},
                        where) {}
  Tensor forward(const Tensor& x) override;
  /// With the sizes of the result instead of output_padding: of all that have the same number of windows, this one.
  Tensor forward(const Tensor& x, Size3 output_size);
  using Module::operator();
  Tensor operator()(const Arg& x, Size3 output_size) { return call(*this, x, output_size); }
  std::string extra_repr() const override;

  const Options& options = settings_;
  Tensor& weight;
  Tensor& bias;  // undefined without

 protected:
  ConvTranspose3d(detail::Lazily, const Options& options, Location where);
  void make_parameters(Location where);
  Options settings_;
};

}  // namespace triptych::eager::nn
