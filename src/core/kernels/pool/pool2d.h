// What the pools' kernels share, on the CPU and on a GPU: sizes, and where windows lie.
#pragma once

#include <algorithm>

#include "core/ops/pool/pool2d.h"

namespace triptych {

/// Images with any steps.
template <class T>
struct Images {
  T* data;
  std::int64_t image, channel, row, column;

  Images(T* elements, std::int64_t image_step, std::int64_t channel_step, std::int64_t row_step,
         std::int64_t column_step)
      : data(elements), image(image_step), channel(channel_step), row(row_step), column(column_step) {}
  Images(const Operand& operand, DataFormat format) : data(operand.as<T>()) {
    const ImageAxes axes = image_axes(format);
    image = operand.stride(0);
    channel = operand.stride(axes.channels);
    row = operand.stride(axes.height);
    column = operand.stride(axes.width);
  }
  /// Other elements that lie alike.
  template <class Other>
  Images<Other> with(Other* elements) const {
    return {elements, image, channel, row, column};
  }
  TRIPTYCH_HOST_DEVICE T* at(std::int64_t n, std::int64_t c, std::int64_t y, std::int64_t x) const {
    return data + n * image + c * channel + y * row + x * column;
  }
};

struct PoolSizes {
  std::int64_t n, c, h, w, oh, ow;
  std::array<std::int64_t, 2> size, stride, dilation, before, after;
  bool count_include_pad, after_relu;

  PoolSizes(const Shape& x, const Shape& y, const Pool2dAttributes& a)
      : n(x.begin()[0]),
        size(a.kernel_size),
        stride(a.stride),
        dilation(a.dilation),
        count_include_pad(a.count_include_pad),
        after_relu(a.after_relu) {
    const ImageAxes axes = image_axes(a.data_format);
    c = x.begin()[axes.channels];
    h = x.begin()[axes.height];
    w = x.begin()[axes.width];
    oh = y.begin()[axes.height];
    ow = y.begin()[axes.width];
    const auto rows = a.window(0).paddings(h), columns = a.window(1).paddings(w);
    before = {rows[0], columns[0]};
    after = a.padding_mode == PaddingMode::same ? std::array{rows[1], columns[1]} : a.padding;
  }

  /// The row (column) of the image under element p (q) of a window; it may be outside.
  TRIPTYCH_HOST_DEVICE std::int64_t row(std::int64_t oy, std::int64_t p) const {
    return oy * stride[0] - before[0] + p * dilation[0];
  }
  TRIPTYCH_HOST_DEVICE std::int64_t column(std::int64_t ox, std::int64_t q) const {
    return ox * stride[1] - before[1] + q * dilation[1];
  }
  /// Elements [first, last) of a window along one axis.
  struct Range {
    std::int64_t first, last;
  };
  /// Those of window `o` that are in the image.
  TRIPTYCH_HOST_DEVICE Range inside(std::size_t axis, std::int64_t o) const {
    const std::int64_t start = o * stride[axis] - before[axis], length = axis == 0 ? h : w, step = dilation[axis];
    return {start < 0 ? (-start + step - 1) / step : 0,
            start < length ? std::min(size[axis], (length - 1 - start) / step + 1) : 0};
  }
  /// Those that lie at `place` of the image in some window.
  TRIPTYCH_HOST_DEVICE Range over(std::size_t axis, std::int64_t place) const {
    const std::int64_t far = place + before[axis], step = dilation[axis];
    const std::int64_t last_start = ((axis == 0 ? oh : ow) - 1) * stride[axis];
    return {far > last_start ? (far - last_start + step - 1) / step : 0, std::min(size[axis], far / step + 1)};
  }
  /// What the sum over window (oy, ox) is divided by.
  TRIPTYCH_HOST_DEVICE std::int64_t divisor(std::int64_t oy, std::int64_t ox) const {
    return divisor(0, oy, h) * divisor(1, ox, w);
  }
  /// Every element of the image is in exactly one window.
  bool partitions() const {
    return dilation[0] == 1 && dilation[1] == 1 && size == stride && before[0] == 0 && before[1] == 0 &&
           oh * size[0] == h && ow * size[1] == w;
  }

 private:
  TRIPTYCH_HOST_DEVICE std::int64_t divisor(std::size_t axis, std::int64_t o, std::int64_t length) const {
    const std::int64_t begin = o * stride[axis] - before[axis];
    const std::int64_t end = std::min(begin + size[axis], length + after[axis]);  // not beyond the padding
    return count_include_pad ? end - begin : std::min(end, length) - std::max<std::int64_t>(begin, 0);
  }
};

/// Whether `next` takes the place of the largest so far: the first of equals stays, a NaN is larger than all.
template <class C>
TRIPTYCH_HOST_DEVICE bool is_larger(C next, C largest) {
  return (next > largest) | (next != next);
}

/// The memory order of the images x: channels-last or row-major.
template <int x>
void pool_layout(std::span<const TensorMeta* const> inputs, const void* attributes, std::span<TensorMeta> outputs) {
  const DataFormat format = static_cast<const Pool2dAttributes*>(attributes)->data_format;
  const TensorMeta& images = *inputs[x];
  const auto channels = static_cast<std::size_t>(image_axes(format).channels);
  if (images.strides[channels] == 1 && images.shape.begin()[channels] > 1)
    channels_last_layout(outputs[0].shape, format, outputs[0].strides);
}

}  // namespace triptych
