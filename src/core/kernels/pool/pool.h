// What the pools' kernels share, on the CPU and on a GPU: sizes, and where windows lie. They see three axes; images and
// sequences have depth (and height) one.
#pragma once

#include <algorithm>

#include "core/ops/pool/pool.h"

namespace triptych {

enum class Pool { max, max_grad, max_gather, max_places, average, average_grad };
constexpr bool is_gradient(Pool pool) { return pool == Pool::max_grad || pool == Pool::average_grad; }
/// Which input the images x are.
constexpr int place_of_x(Pool pool) { return is_gradient(pool) || pool == Pool::max_gather ? 1 : 0; }

/// Images with any steps.
template <class T>
struct Images {
  T* data;
  std::int64_t image, channel, plane, row, column;

  /// Other elements that lie alike.
  template <class Other>
  Images<Other> with(Other* elements) const {
    return {elements, image, channel, plane, row, column};
  }
  TRIPTYCH_HOST_DEVICE T* at(std::int64_t n, std::int64_t c, std::int64_t z, std::int64_t y, std::int64_t x) const {
    return data + n * image + c * channel + z * plane + y * row + x * column;
  }
};

/// Those of an operand with N axes that are pooled.
template <class T, std::size_t N>
Images<T> images_of(const Operand& operand, DataFormat format) {
  const ImageAxes axes = image_axes(format, static_cast<int>(N));
  std::array<std::int64_t, 3> steps{};
  for (std::size_t i = 0; i < N; ++i) steps[i + 3 - N] = operand.stride(axes.first + static_cast<int>(i));
  return {operand.as<T>(), operand.stride(0), operand.stride(axes.channels), steps[0], steps[1], steps[2]};
}

/// A place along the pooled axes: of a window, or of an element.
struct Spot {
  std::int64_t z, y, x;
};

struct PoolSizes {
  std::int64_t n, c;
  std::array<std::int64_t, 3> length{1, 1, 1}, windows{1, 1, 1}, size{1, 1, 1}, stride{1, 1, 1}, dilation{1, 1, 1},
      before{}, after{};
  bool count_include_pad, adaptive, after_relu;
  std::int64_t fixed_divisor;

  template <std::size_t N>
  PoolSizes(const Shape& x, const Shape& y, const PoolAttributes<N>& a)
      : n(x.begin()[0]),
        count_include_pad(a.count_include_pad),
        adaptive(a.adaptive),
        after_relu(a.after_relu),
        fixed_divisor(a.divisor) {
    const ImageAxes axes = image_axes(a.data_format, static_cast<int>(N));
    c = x.begin()[axes.channels];
    for (std::size_t i = 0; i < N; ++i) {
      const std::size_t axis = i + 3 - N;  // the last ones
      length[axis] = x.begin()[axes.first + static_cast<int>(i)];
      windows[axis] = y.begin()[axes.first + static_cast<int>(i)];
      if (adaptive) {  // the longest window
        size[axis] = windows[axis] > 0 ? (length[axis] + windows[axis] - 1) / windows[axis] + 1 : 1;
        continue;
      }
      const auto padding = a.window(i).paddings(length[axis]);
      size[axis] = a.kernel_size[i];
      stride[axis] = a.stride[i];
      dilation[axis] = a.dilation[i];
      before[axis] = padding[0];
      after[axis] = a.padding_mode == PaddingMode::same ? padding[1] : a.padding[i];
    }
    if (adaptive) become_even();
  }

  TRIPTYCH_HOST_DEVICE std::int64_t elements() const { return n * c * length[0] * length[1] * length[2]; }
  TRIPTYCH_HOST_DEVICE std::int64_t results() const { return n * c * windows[0] * windows[1] * windows[2]; }

  /// Where window `o` begins along an axis; it may be outside.
  TRIPTYCH_HOST_DEVICE std::int64_t start(std::size_t axis, std::int64_t o) const {
    return adaptive ? share(o, length[axis], windows[axis]) : o * stride[axis] - before[axis];
  }
  /// The place under element p of a window along an axis; it may be outside.
  TRIPTYCH_HOST_DEVICE std::int64_t place(std::size_t axis, std::int64_t o, std::int64_t p) const {
    return start(axis, o) + p * dilation[axis];
  }
  struct Range {
    std::int64_t first, last;
  };
  /// Elements [first, last) of window `o` along an axis that are in the image.
  TRIPTYCH_HOST_DEVICE Range inside(std::size_t axis, std::int64_t o) const {
    const std::int64_t from = start(axis, o), step = dilation[axis];
    if (adaptive) return {0, end(o, axis) - from};
    return {from < 0 ? (-from + step - 1) / step : 0,
            from < length[axis] ? std::min(size[axis], (length[axis] - 1 - from) / step + 1) : 0};
  }
  /// Windows [first, last) among which those are that have an element at `at`.
  TRIPTYCH_HOST_DEVICE Range over(std::size_t axis, std::int64_t at) const {
    if (adaptive) return {share(at, windows[axis], length[axis]), (((at + 1) * windows[axis] - 1) / length[axis]) + 1};
    const std::int64_t far = at + before[axis], reach = (size[axis] - 1) * dilation[axis];
    return {far > reach ? (far - reach + stride[axis] - 1) / stride[axis] : 0,
            std::min(windows[axis], far / stride[axis] + 1)};
  }
  /// Which element of window `o` lies at `at`, a place that the window spans; -1: between two of them.
  TRIPTYCH_HOST_DEVICE std::int64_t element(std::size_t axis, std::int64_t o, std::int64_t at) const {
    const std::int64_t distance = at - start(axis, o);
    return distance % dilation[axis] == 0 ? distance / dilation[axis] : -1;
  }
  /// What the sum over window (oz, oy, ox) is divided by.
  TRIPTYCH_HOST_DEVICE std::int64_t divisor(std::int64_t oz, std::int64_t oy, std::int64_t ox) const {
    return fixed_divisor != 0 ? fixed_divisor : counted(0, oz) * counted(1, oy) * counted(2, ox);
  }
  /// Elements that count along an axis.
  TRIPTYCH_HOST_DEVICE std::int64_t counted(std::size_t axis, std::int64_t o) const {
    const std::int64_t from = start(axis, o);
    if (adaptive) return end(o, axis) - from;
    const std::int64_t to = std::min(from + size[axis], length[axis] + after[axis]);  // not beyond the padding
    return count_include_pad ? to - from : std::min(to, length[axis]) - std::max<std::int64_t>(from, 0);
  }
  /// No window reaches out of the image.
  bool lies_inside() const {
    for (std::size_t axis = 0; axis < 3; ++axis)
      if (adaptive || before[axis] != 0 ||
          (windows[axis] - 1) * stride[axis] + (size[axis] - 1) * dilation[axis] >= length[axis])
        return false;
    return true;
  }
  /// Every element of the image is in exactly one window.
  bool partitions() const {
    for (std::size_t axis = 0; axis < 3; ++axis)
      if (adaptive || dilation[axis] != 1 || size[axis] != stride[axis] || before[axis] != 0 ||
          windows[axis] * size[axis] != length[axis])
        return false;
    return true;
  }

 private:
  /// Windows that divide their axes are ordinary ones.
  void become_even() {
    for (std::size_t axis = 0; axis < 3; ++axis)
      if (windows[axis] == 0 || length[axis] % windows[axis] != 0) return;
    for (std::size_t axis = 0; axis < 3; ++axis) size[axis] = stride[axis] = length[axis] / windows[axis];
    adaptive = false;
  }
  /// The first of n elements that share `o` of `parts` begins with.
  static TRIPTYCH_HOST_DEVICE std::int64_t share(std::int64_t o, std::int64_t n, std::int64_t parts) {
    return o / parts * n + o % parts * n / parts;
  }
  TRIPTYCH_HOST_DEVICE std::int64_t end(std::int64_t o, std::size_t axis) const {
    const std::int64_t parts = windows[axis];
    return (o + 1) / parts * length[axis] + ((o + 1) % parts * length[axis] + parts - 1) / parts;
  }
};

/// Whether `next` takes the place of the largest so far, or of which lanes: the first of equals stays, a NaN is larger
/// than all.
template <class C>
TRIPTYCH_HOST_DEVICE auto is_larger(const C& next, const C& largest) {
  return (next > largest) | (next != next);
}

/// The memory order of the images x: channels-last or row-major.
template <std::size_t N, int x>
void pool_layout(std::span<const TensorMeta* const> inputs, const void* attributes, std::span<TensorMeta> outputs) {
  const DataFormat format = static_cast<const PoolAttributes<N>*>(attributes)->data_format;
  const TensorMeta& images = *inputs[x];
  const auto channels = static_cast<std::size_t>(image_axes(format, static_cast<int>(N)).channels);
  if (images.strides[channels] == 1 && images.shape.begin()[channels] > 1)
    channels_last_layout(outputs[0].shape, format, outputs[0].strides);
}

}  // namespace triptych
