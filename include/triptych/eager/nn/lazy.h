// Lazy modules: the number of input features is that of the first input.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "triptych/eager/nn/conv.h"
#include "triptych/eager/nn/linear.h"
#include "triptych/eager/nn/normalization.h"

namespace triptych::eager::nn {

/// What the lazy modules share. Until a first input (or a state that is loaded) has told the missing size, parameters
/// are undefined, and `parameters()` and `state_dict()` of a model are errors; so give them to an optimizer after a
/// first call. From then on the module is, and is printed as, a `Layer`. ArgumentError if the options have the size
/// that is to be found out.
template <class Layer>
class TRIPTYCH_API Lazy : public Layer, private detail::LateParameters {
 public:
  using Options = typename Layer::Options;
  Lazy(const Lazy&) = delete;
  Lazy& operator=(const Lazy&) = delete;
  std::string name() const override;

 protected:
  Lazy(const Options& options, Location where);
  /// What `clone` does, for a `copy` that is made from options_without_size().
  void copy_to(Module& copy) const { copy.copy_from(*this); }
  Options options_without_size() const;

 private:
  bool waiting() const override;
  void make_for_input(const Tensor& x) override;
  void make_for_state(const StateDict& state, const std::string& prefix, Location where) override;
  void make_as_in(const Module& other) override;
  void forget() override;
  void set_dtype(DType dtype) override { this->settings_.dtype = dtype; }
  void make(std::int64_t size, Device device, Location where);
};

/// A Linear whose in_features is the last dimension of its first input.
class TRIPTYCH_API LazyLinear : public Lazy<Linear> {
 public:
  explicit LazyLinear(const Options& options, Location where = Location::here()) : Lazy(options, where) {}
  explicit LazyLinear(std::int64_t out_features, bool bias = true, Location where = Location::here())
      : LazyLinear(Options{0, out_features, bias, float32}, where) {}
  std::unique_ptr<LazyLinear> clone() const {
    auto copy = std::make_unique<LazyLinear>(options_without_size());
    copy_to(*copy);
    return copy;
  }
};

/// A Conv1d whose in_channels are those of its first input.
class TRIPTYCH_API LazyConv1d : public Lazy<Conv1d> {
 public:
  explicit LazyConv1d(const Options& options, Location where = Location::here()) : Lazy(options, where) {}
  LazyConv1d(std::int64_t out_channels, std::int64_t kernel_size, std::int64_t stride = 1, Padding1 padding = 0,
             std::int64_t dilation = 1, std::int64_t groups = 1, bool bias = true,
             const std::string& padding_mode = "zeros", Location where = Location::here())
      : LazyConv1d(Options{0, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode},
                   where) {}
  std::unique_ptr<LazyConv1d> clone() const {
    auto copy = std::make_unique<LazyConv1d>(options_without_size());
    copy_to(*copy);
    return copy;
  }
};

/// A Conv2d whose in_channels are those of its first input.
class TRIPTYCH_API LazyConv2d : public Lazy<Conv2d> {
 public:
  explicit LazyConv2d(const Options& options, Location where = Location::here()) : Lazy(options, where) {}
  LazyConv2d(std::int64_t out_channels, Size2 kernel_size, Size2 stride = 1, Padding2 padding = 0, Size2 dilation = 1,
             std::int64_t groups = 1, bool bias = true, const std::string& padding_mode = "zeros",
             Location where = Location::here())
      : LazyConv2d(Options{0, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode},
                   where) {}
  std::unique_ptr<LazyConv2d> clone() const {
    auto copy = std::make_unique<LazyConv2d>(options_without_size());
    copy_to(*copy);
    return copy;
  }
};

/// A Conv3d whose in_channels are those of its first input.
class TRIPTYCH_API LazyConv3d : public Lazy<Conv3d> {
 public:
  explicit LazyConv3d(const Options& options, Location where = Location::here()) : Lazy(options, where) {}
  LazyConv3d(std::int64_t out_channels, Size3 kernel_size, Size3 stride = 1, Padding3 padding = 0, Size3 dilation = 1,
             std::int64_t groups = 1, bool bias = true, const std::string& padding_mode = "zeros",
             Location where = Location::here())
      : LazyConv3d(Options{0, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode},
                   where) {}
  std::unique_ptr<LazyConv3d> clone() const {
    auto copy = std::make_unique<LazyConv3d>(options_without_size());
    copy_to(*copy);
    return copy;
  }
};

/// A ConvTranspose1d whose in_channels are those of its first input.
class TRIPTYCH_API LazyConvTranspose1d : public Lazy<ConvTranspose1d> {
 public:
  explicit LazyConvTranspose1d(const Options& options, Location where = Location::here()) : Lazy(options, where) {}
  LazyConvTranspose1d(std::int64_t out_channels, std::int64_t kernel_size, std::int64_t stride = 1,
                      Padding1 padding = 0, std::int64_t output_padding = 0, std::int64_t groups = 1, bool bias = true,
                      std::int64_t dilation = 1, const std::string& padding_mode = "zeros",
                      Location where = Location::here())
      : LazyConvTranspose1d(Options{0, out_channels, kernel_size, stride, padding, output_padding, groups, bias,
                                    dilation, padding_mode},
                            where) {}
  std::unique_ptr<LazyConvTranspose1d> clone() const {
    auto copy = std::make_unique<LazyConvTranspose1d>(options_without_size());
    copy_to(*copy);
    return copy;
  }
};

/// A ConvTranspose2d whose in_channels are those of its first input.
class TRIPTYCH_API LazyConvTranspose2d : public Lazy<ConvTranspose2d> {
 public:
  explicit LazyConvTranspose2d(const Options& options, Location where = Location::here()) : Lazy(options, where) {}
  LazyConvTranspose2d(std::int64_t out_channels, Size2 kernel_size, Size2 stride = 1, Padding2 padding = 0,
                      Size2 output_padding = 0, std::int64_t groups = 1, bool bias = true, Size2 dilation = 1,
                      const std::string& padding_mode = "zeros", Location where = Location::here())
      : LazyConvTranspose2d(Options{0, out_channels, kernel_size, stride, padding, output_padding, groups, bias,
                                    dilation, padding_mode},
                            where) {}
  std::unique_ptr<LazyConvTranspose2d> clone() const {
    auto copy = std::make_unique<LazyConvTranspose2d>(options_without_size());
    copy_to(*copy);
    return copy;
  }
};

/// A ConvTranspose3d whose in_channels are those of its first input.
class TRIPTYCH_API LazyConvTranspose3d : public Lazy<ConvTranspose3d> {
 public:
  explicit LazyConvTranspose3d(const Options& options, Location where = Location::here()) : Lazy(options, where) {}
  LazyConvTranspose3d(std::int64_t out_channels, Size3 kernel_size, Size3 stride = 1, Padding3 padding = 0,
                      Size3 output_padding = 0, std::int64_t groups = 1, bool bias = true, Size3 dilation = 1,
                      const std::string& padding_mode = "zeros", Location where = Location::here())
      : LazyConvTranspose3d(Options{0, out_channels, kernel_size, stride, padding, output_padding, groups, bias,
                                    dilation, padding_mode},
                            where) {}
  std::unique_ptr<LazyConvTranspose3d> clone() const {
    auto copy = std::make_unique<LazyConvTranspose3d>(options_without_size());
    copy_to(*copy);
    return copy;
  }
};

/// A BatchNorm1d whose num_features are the channels of its first input.
class TRIPTYCH_API LazyBatchNorm1d : public Lazy<BatchNorm1d> {
 public:
  explicit LazyBatchNorm1d(const Options& options, Location where = Location::here()) : Lazy(options, where) {}
  explicit LazyBatchNorm1d(double eps = 1e-5, std::optional<double> momentum = 0.1, bool affine = true,
                           bool track_running_stats = true, Location where = Location::here())
      : LazyBatchNorm1d(Options{0, eps, momentum, affine, track_running_stats}, where) {}
  std::unique_ptr<LazyBatchNorm1d> clone() const {
    auto copy = std::make_unique<LazyBatchNorm1d>(options_without_size());
    copy_to(*copy);
    return copy;
  }
};

/// A BatchNorm2d whose num_features are the channels of its first input.
class TRIPTYCH_API LazyBatchNorm2d : public Lazy<BatchNorm2d> {
 public:
  explicit LazyBatchNorm2d(const Options& options, Location where = Location::here()) : Lazy(options, where) {}
  explicit LazyBatchNorm2d(double eps = 1e-5, std::optional<double> momentum = 0.1, bool affine = true,
                           bool track_running_stats = true, Location where = Location::here())
      : LazyBatchNorm2d(Options{0, eps, momentum, affine, track_running_stats}, where) {}
  std::unique_ptr<LazyBatchNorm2d> clone() const {
    auto copy = std::make_unique<LazyBatchNorm2d>(options_without_size());
    copy_to(*copy);
    return copy;
  }
};

/// A BatchNorm3d whose num_features are the channels of its first input.
class TRIPTYCH_API LazyBatchNorm3d : public Lazy<BatchNorm3d> {
 public:
  explicit LazyBatchNorm3d(const Options& options, Location where = Location::here()) : Lazy(options, where) {}
  explicit LazyBatchNorm3d(double eps = 1e-5, std::optional<double> momentum = 0.1, bool affine = true,
                           bool track_running_stats = true, Location where = Location::here())
      : LazyBatchNorm3d(Options{0, eps, momentum, affine, track_running_stats}, where) {}
  std::unique_ptr<LazyBatchNorm3d> clone() const {
    auto copy = std::make_unique<LazyBatchNorm3d>(options_without_size());
    copy_to(*copy);
    return copy;
  }
};

/// An InstanceNorm1d whose num_features are the channels of its first input; affine and with statistics at first, as
/// PyTorch's.
class TRIPTYCH_API LazyInstanceNorm1d : public Lazy<InstanceNorm1d> {
 public:
  explicit LazyInstanceNorm1d(const Options& options, Location where = Location::here()) : Lazy(options, where) {}
  explicit LazyInstanceNorm1d(double eps = 1e-5, double momentum = 0.1, bool affine = true,
                              bool track_running_stats = true, Location where = Location::here())
      : LazyInstanceNorm1d(Options{0, eps, momentum, affine, track_running_stats}, where) {}
  std::unique_ptr<LazyInstanceNorm1d> clone() const {
    auto copy = std::make_unique<LazyInstanceNorm1d>(options_without_size());
    copy_to(*copy);
    return copy;
  }
};

/// An InstanceNorm2d whose num_features are the channels of its first input; affine and with statistics at first, as
/// PyTorch's.
class TRIPTYCH_API LazyInstanceNorm2d : public Lazy<InstanceNorm2d> {
 public:
  explicit LazyInstanceNorm2d(const Options& options, Location where = Location::here()) : Lazy(options, where) {}
  explicit LazyInstanceNorm2d(double eps = 1e-5, double momentum = 0.1, bool affine = true,
                              bool track_running_stats = true, Location where = Location::here())
      : LazyInstanceNorm2d(Options{0, eps, momentum, affine, track_running_stats}, where) {}
  std::unique_ptr<LazyInstanceNorm2d> clone() const {
    auto copy = std::make_unique<LazyInstanceNorm2d>(options_without_size());
    copy_to(*copy);
    return copy;
  }
};

/// An InstanceNorm3d whose num_features are the channels of its first input; affine and with statistics at first, as
/// PyTorch's.
class TRIPTYCH_API LazyInstanceNorm3d : public Lazy<InstanceNorm3d> {
 public:
  explicit LazyInstanceNorm3d(const Options& options, Location where = Location::here()) : Lazy(options, where) {}
  explicit LazyInstanceNorm3d(double eps = 1e-5, double momentum = 0.1, bool affine = true,
                              bool track_running_stats = true, Location where = Location::here())
      : LazyInstanceNorm3d(Options{0, eps, momentum, affine, track_running_stats}, where) {}
  std::unique_ptr<LazyInstanceNorm3d> clone() const {
    auto copy = std::make_unique<LazyInstanceNorm3d>(options_without_size());
    copy_to(*copy);
    return copy;
  }
};

}  // namespace triptych::eager::nn
