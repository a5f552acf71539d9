// Convolutions along one to three axes with Keras's kernels, for all layers that have some.
#pragma once

#include <string>

#include "api_keras/layers/brick.h"
#include "triptych/core/ops/volume_sizes.h"

namespace triptych::keras {

inline Axes axes_of(std::int64_t size) { return {size}; }
inline Axes axes_of(Size2 size) { return {size.height, size.width}; }
inline Axes axes_of(Size3 size) { return {size.depth, size.height, size.width}; }

/// A window that slides along the axes between batch and channels (or behind the channels).
struct Window {
  Axes kernel, strides, dilation;
  PaddingMode padding = PaddingMode::valid;
  bool causal = false;      // zeros before the first step only
  Axes before, after = {};  // with PaddingMode::numbers
  std::int64_t groups = 1;
  bool channels_first = false;

  int rank() const { return kernel.size(); }
  int channel_axis() const { return channels_first ? 1 : rank() + 1; }
  DataFormat format() const { return channels_first ? DataFormat::nchw : DataFormat::nhwc; }
  std::string padding_name() const;

  void set_padding(const Padding1& of);
  void set_padding(const Padding2& of);
  void set_padding(const Padding3& of);
  /// "valid" or "same", and "causal" where that is `allowed`; else an ArgumentError of `layer`.
  void set_padding(const std::string& name, bool causal_allowed, const char* layer, Location where);

  Padding1 padding1() const;
  Padding2 padding2() const;
  Padding3 padding3() const;
};

inline Size2 size2(const Axes& axes) { return {axes[0], axes[1]}; }
inline Size3 size3(const Axes& axes) { return {axes[0], axes[1], axes[2]}; }

/// ArgumentError of `layer` unless all sizes are positive and not both strides and dilation are above 1.
void check_window(const char* layer, const Window& window, Location where);
/// ArgumentError unless x has the window's axes, batch and channels.
void check_axes(const LayerBase& layer, const Window& window, const Shape& x);
/// The number of x's channels; ArgumentError unless x has the window's axes and the number is known.
std::int64_t channels_of(const LayerBase& layer, const Window& window, const Shape& x);

/// x convolved with `kernel` (sizes..., in / groups, out); `bias` (out) may be undefined.
Tensor convolve(const Tensor& x, const Tensor& kernel, const Tensor& bias, const Window& window);
/// Each channel with its own kernels (sizes..., in, multiplier).
Tensor convolve_depthwise(const Tensor& x, const Tensor& kernel, const Tensor& bias, Window window);

}  // namespace triptych::keras
