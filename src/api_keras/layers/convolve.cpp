#include "api_keras/layers/convolve.h"

#include <algorithm>

namespace triptych::keras {
namespace {

/// Keras's kernel as the core has it: the last two axes first, exchanged.
Tensor core_kernel(const Tensor& kernel) {
  const int rank = kernel.ndim() - 2;
  Axes order{rank + 1, rank};
  for (int i = 0; i < rank; ++i) order.append(i);
  const Tensor turned = permute(kernel, order);
  // Forward and backward would each copy it.
  return turned.is_symbolic() ? turned : turned.contiguous();
}

/// With the core's weight (out, in / groups, sizes...).
Tensor convolve_core(const Tensor& x, const Tensor& weight, const Tensor& bias, const Window& w) {
  switch (w.rank()) {
    case 1: {
      const Conv1dOptions options{.stride = w.strides[0],
                                  .padding = w.padding1(),
                                  .dilation = w.dilation[0],
                                  .groups = w.groups,
                                  .data_format = w.format()};
      return bias.defined() ? conv1d(x, weight, bias, options) : conv1d(x, weight, options);
    }
    case 2: {
      const Conv2dOptions options{.stride = size2(w.strides),
                                  .padding = w.padding2(),
                                  .dilation = size2(w.dilation),
                                  .groups = w.groups,
                                  .data_format = w.format()};
      return bias.defined() ? conv2d(x, weight, bias, options) : conv2d(x, weight, options);
    }
    default: {
      const Conv3dOptions options{.stride = size3(w.strides),
                                  .padding = w.padding3(),
                                  .dilation = size3(w.dilation),
                                  .groups = w.groups,
                                  .data_format = w.format()};
      return bias.defined() ? conv3d(x, weight, bias, options) : conv3d(x, weight, options);
    }
  }
}

}  // namespace

std::string Window::padding_name() const {
  if (causal) return "causal";
  return padding == PaddingMode::same ? "same" : padding == PaddingMode::valid ? "valid" : "numbers";
}

void Window::set_padding(const Padding1& of) {
  padding = of.mode;
  before = {of.before};
  after = {of.after};
}
void Window::set_padding(const Padding2& of) {
  padding = of.mode;
  before = axes_of(of.size);
  after = axes_of(of.after);
}
void Window::set_padding(const Padding3& of) {
  padding = of.mode;
  before = axes_of(of.before);
  after = axes_of(of.after);
}
void Window::set_padding(const std::string& name, bool causal_allowed, const char* layer, Location where) {
  if (name != "valid" && name != "same" && !(causal_allowed && name == "causal"))
    throw ArgumentError(layer, "there is no such padding", "'" + name + "'",
                        causal_allowed ? "Use 'valid', 'same' or 'causal'" : "Use 'valid' or 'same'", where);
  causal = name == "causal";
  padding = causal ? PaddingMode::numbers : name == "same" ? PaddingMode::same : PaddingMode::valid;
  if (causal) {
    before = {dilation[0] * (kernel[0] - 1)};
    after = {0};
  }
}

Padding1 Window::padding1() const {
  Padding1 result = padding == PaddingMode::numbers ? Padding1(before[0], after[0]) : Padding1(0);
  result.mode = padding;
  return result;
}
Padding2 Window::padding2() const {
  Padding2 result = padding == PaddingMode::numbers ? Padding2(size2(before), size2(after)) : Padding2(0);
  result.mode = padding;
  return result;
}
Padding3 Window::padding3() const {
  Padding3 result = padding == PaddingMode::numbers ? Padding3(size3(before), size3(after)) : Padding3(0);
  result.mode = padding;
  return result;
}

void check_window(const char* layer, const Window& window, Location where) {
  const auto check = [&](const char* name, const Axes& sizes) {
    for (const std::int64_t size : sizes) check_positive(layer, name, size, where);
  };
  check("kernel_size", window.kernel);
  check("strides", window.strides);
  check("dilation_rate", window.dilation);
  const auto largest = [](const Axes& axes) { return *std::max_element(axes.begin(), axes.end()); };
  if (largest(window.strides) > 1 && largest(window.dilation) > 1)
    throw ArgumentError(layer, "both strides and dilation_rate are above 1",
                        std::to_string(largest(window.strides)) + " and " + std::to_string(largest(window.dilation)),
                        "", where);
}

void check_axes(const LayerBase& layer, const Window& window, const Shape& x) {
  constexpr const char* axes[] = {"batch, steps and channels", "batch, height, width and channels",
                                  "batch, depth, height, width and channels"};
  check_rank(layer, x, window.rank() + 2, axes[window.rank() - 1]);
}

std::int64_t channels_of(const LayerBase& layer, const Window& window, const Shape& x) {
  check_axes(layer, window, x);
  const Dim channels = x.dim(window.channel_axis());
  if (!channels.known())
    throw ArgumentError(layer.class_name(), "the number of channels is not known",
                        "layer '" + layer.name() + "' got " + x.text(), "Give Input its size");
  return channels.value();
}

Tensor convolve(const Tensor& x, const Tensor& kernel, const Tensor& bias, const Window& window) {
  return convolve_core(x, core_kernel(kernel), bias, window);
}

Tensor convolve_depthwise(const Tensor& x, const Tensor& kernel, const Tensor& bias, Window window) {
  const int rank = window.rank();
  const std::int64_t channels = kernel.size(rank), multiplier = kernel.size(rank + 1);
  Axes order{rank, rank + 1};
  Shape shape{channels * multiplier, 1};
  for (int i = 0; i < rank; ++i) {
    order.append(i);
    shape.append(kernel.size(i));
  }
  window.groups = channels;
  return convolve_core(x, reshape(permute(kernel, order), shape), bias, window);
}

}  // namespace triptych::keras
