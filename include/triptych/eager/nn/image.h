// Modules that resize images and rearrange their pixels and windows.
#pragma once

#include <concepts>
#include <initializer_list>
#include <optional>
#include <string>

#include "triptych/core/ops/image.h"
#include "triptych/core/text.h"
#include "triptych/eager/module.h"

namespace triptych::eager::nn {

struct UpsampleOptions {
  Axes size = {};                 // of the result, or else
  ScaleFactor scale_factor = {};  // size of the result / size of x
  std::string mode = "nearest";   // or "linear", "bilinear", "bicubic", "trilinear"
  bool align_corners = false;
  bool recompute_scale_factor = false;
};
/// Sequences, images or volumes resized; see triptych::interpolate.
class TRIPTYCH_API Upsample : public Module {
 public:
  using Options = UpsampleOptions;
  explicit Upsample(const Options& options) : options(options) {}
  template <std::convertible_to<Axes> S>
  explicit Upsample(const S& size, const ScaleFactor& scale_factor = {}, const OwnedText& mode = "nearest",
                    bool align_corners = false, bool recompute_scale_factor = false)
      : Upsample(Options{size, scale_factor, mode, align_corners, recompute_scale_factor}) {}
  /// {4, 5}: a template, which g++ takes for a list alone and not for the names of options.
  template <class = void>
  explicit Upsample(std::initializer_list<std::int64_t> size, const ScaleFactor& scale_factor = {},
                    const OwnedText& mode = "nearest", bool align_corners = false, bool recompute_scale_factor = false)
      : Upsample(Axes(size), scale_factor, mode, align_corners, recompute_scale_factor) {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};
/// Upsample of images with mode "nearest".
class TRIPTYCH_API UpsamplingNearest2d : public Upsample {
 public:
  explicit UpsamplingNearest2d(const Options& options) : Upsample(with_mode(options)) {}
  template <std::convertible_to<Axes> S>
  explicit UpsamplingNearest2d(const S& size, const ScaleFactor& scale_factor = {})
      : UpsamplingNearest2d(Options{.size = size, .scale_factor = scale_factor}) {}
  template <class = void>
  explicit UpsamplingNearest2d(std::initializer_list<std::int64_t> size, const ScaleFactor& scale_factor = {})
      : UpsamplingNearest2d(Axes(size), scale_factor) {}

 private:
  static Options with_mode(Options options);
};
/// Upsample of images with mode "bilinear" and align_corners.
class TRIPTYCH_API UpsamplingBilinear2d : public Upsample {
 public:
  explicit UpsamplingBilinear2d(const Options& options) : Upsample(with_mode(options)) {}
  template <std::convertible_to<Axes> S>
  explicit UpsamplingBilinear2d(const S& size, const ScaleFactor& scale_factor = {})
      : UpsamplingBilinear2d(Options{.size = size, .scale_factor = scale_factor}) {}
  template <class = void>
  explicit UpsamplingBilinear2d(std::initializer_list<std::int64_t> size, const ScaleFactor& scale_factor = {})
      : UpsamplingBilinear2d(Axes(size), scale_factor) {}

 private:
  static Options with_mode(Options options);
};

/// x (..., c r^2, h, w) with its channels as blocks of pixels: (..., c, h r, w r).
class TRIPTYCH_API PixelShuffle : public Module {
 public:
  using Options = std::int64_t;
  explicit PixelShuffle(std::int64_t upscale_factor) : options(upscale_factor) {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;  // upscale_factor
};
/// The reverse.
class TRIPTYCH_API PixelUnshuffle : public Module {
 public:
  using Options = std::int64_t;
  explicit PixelUnshuffle(std::int64_t downscale_factor) : options(downscale_factor) {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;  // downscale_factor
};
/// x (n, c, ...) with the channels of `groups` groups interleaved.
class TRIPTYCH_API ChannelShuffle : public Module {
 public:
  using Options = std::int64_t;
  explicit ChannelShuffle(std::int64_t groups) : options(groups) {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;  // groups
};

struct UnfoldModuleOptions {
  Size2 kernel_size = 0;
  Size2 dilation = 1;
  Size2 padding = 0;
  Size2 stride = 1;
};
/// The windows of images x (n, c, h, w) as columns (n, c kh kw, windows), im2col.
class TRIPTYCH_API Unfold : public Module {
 public:
  using Options = UnfoldModuleOptions;
  template <class = void>  // {3, 2} is a size
  explicit Unfold(const Options& options) : options(options) {}
  explicit Unfold(Size2 kernel_size, Size2 dilation = 1, Size2 padding = 0, Size2 stride = 1)
      : options{kernel_size, dilation, padding, stride} {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};
struct FoldModuleOptions {
  Size2 output_size = 0;
  Size2 kernel_size = 0;
  Size2 dilation = 1;
  Size2 padding = 0;
  Size2 stride = 1;
};
/// The transpose of Unfold: columns added up to images (n, c, h, w) of output_size.
class TRIPTYCH_API Fold : public Module {
 public:
  using Options = FoldModuleOptions;
  explicit Fold(const Options& options) : options(options) {}
  Fold(Size2 output_size, Size2 kernel_size, Size2 dilation = 1, Size2 padding = 0, Size2 stride = 1)
      : options{output_size, kernel_size, dilation, padding, stride} {}
  Tensor forward(const Tensor& x) override;
  std::string extra_repr() const override;
  const Options options;
};

}  // namespace triptych::eager::nn
