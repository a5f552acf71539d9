// Kernels of the pools: loops over windows, with the channels innermost where they lie next to each other.
#include "core/ops/pool2d.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "core/kernels/elementwise.h"
#include "core/kernels/reordered.h"

namespace triptych {

extern const Op max_pool2d_op, max_pool2d_grad_op, max_pool2d_gather_op, avg_pool2d_op, avg_pool2d_grad_op;

namespace {

/// Images with any steps.
template <class T>
struct Images {
  T* data;
  std::int64_t image, channel, row, column;

  Images(const Operand& operand, DataFormat format) : data(operand.as<T>()) {
    const ImageAxes axes = image_axes(format);
    image = operand.stride(0);
    channel = operand.stride(axes.channels);
    row = operand.stride(axes.height);
    column = operand.stride(axes.width);
  }
  T* at(std::int64_t n, std::int64_t c, std::int64_t y, std::int64_t x) const {
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

  /// Calls f(k, y, x) for the elements of window (oy, ox) that are in the image; k counts all elements of the window.
  template <class F>
  void each_element(std::int64_t oy, std::int64_t ox, F&& f) const {
    for (std::int64_t p = 0; p < size[0]; ++p) {
      const std::int64_t y = oy * stride[0] - before[0] + p * dilation[0];
      if (y < 0 || y >= h) continue;
      for (std::int64_t q = 0; q < size[1]; ++q) {
        const std::int64_t x = ox * stride[1] - before[1] + q * dilation[1];
        if (x >= 0 && x < w) f(p * size[1] + q, y, x);
      }
    }
  }
  /// What the sum over window (oy, ox) is divided by.
  std::int64_t divisor(std::int64_t oy, std::int64_t ox) const {
    const auto span = [&](std::size_t axis, std::int64_t o, std::int64_t length) {
      const std::int64_t begin = o * stride[axis] - before[axis];
      const std::int64_t end = std::min(begin + size[axis], length + after[axis]);  // not beyond the padding
      return count_include_pad ? end - begin : std::min(end, length) - std::max<std::int64_t>(begin, 0);
    };
    return span(0, oy, h) * span(1, ox, w);
  }
  /// Every element of the image is in exactly one window.
  bool partitions() const {
    return dilation[0] == 1 && dilation[1] == 1 && size == stride && before[0] == 0 && before[1] == 0 &&
           oh * size[0] == h && ow * size[1] == w;
  }

  /// Runs f(n, first channel, channels, oy, ox) for all windows, and `start(n)` before those of an image; images are
  /// the parts of the work. Blocks of channels are long where they lie next to each other, else one.
  template <class F, class Start>
  void each_window(bool channels_inside, F&& f, Start&& start) const {
    const std::int64_t block = channels_inside ? std::min<std::int64_t>(c, channel_block) : 1;
    auto image = [&](std::int64_t i) {
      start(i);
      for (std::int64_t first = 0; first < c; first += block)
        for (std::int64_t oy = 0; oy < oh; ++oy)
          for (std::int64_t ox = 0; ox < ow; ++ox) f(i, first, std::min(block, c - first), oy, ox);
    };
    if (n * c * h * w < elementwise_grain) {
      for (std::int64_t i = 0; i < n; ++i) image(i);
    } else {
      parallel_for(n, image);
    }
  }
  template <class F>
  void each_window(bool channels_inside, F&& f) const {
    each_window(channels_inside, f, [](std::int64_t) {});
  }
  static constexpr std::int64_t channel_block = 64;
};

/// The places of the largest elements of a window, for a block of channels.
template <class T>
struct Largest {
  using C = compute_type<T>;
  C value[PoolSizes::channel_block];
  std::int32_t place[PoolSizes::channel_block];

  void find(const PoolSizes& s, const Images<const T>& x, std::int64_t n, std::int64_t first, std::int64_t channels,
            std::int64_t oy, std::int64_t ox) {
    for (std::int64_t c = 0; c < channels; ++c) {
      value[c] = -std::numeric_limits<C>::infinity();
      place[c] = -1;
    }
    s.each_element(oy, ox, [&](std::int64_t k, std::int64_t y, std::int64_t column) {
      const T* from = x.at(n, first, y, column);
      for (std::int64_t c = 0; c < channels; ++c) {
        const C next = static_cast<C>(from[c]);
        const bool larger = (next > value[c]) | (next != next) | (place[c] < 0);
        value[c] = larger ? next : value[c];
        place[c] = larger ? static_cast<std::int32_t>(k) : place[c];
      }
    });
    if (s.after_relu)  // nothing passes a relu that gave 0
      for (std::int64_t c = 0; c < channels; ++c) place[c] = value[c] > C(0) ? place[c] : -1;
  }
};

template <class T>
void zero_image(const PoolSizes& s, const Images<T>& x, std::int64_t n) {
  for (std::int64_t c = 0; c < s.c; ++c)
    for (std::int64_t y = 0; y < s.h; ++y)
      for (std::int64_t column = 0; column < s.w; ++column) *x.at(n, c, y, column) = T(compute_type<T>(0));
}

template <class T>
void max_pool(const PoolSizes& s, Images<const T> x, Images<T> y, bool channels_inside) {
  using C = compute_type<T>;
  s.each_window(channels_inside,
                [&](std::int64_t n, std::int64_t first, std::int64_t channels, std::int64_t oy, std::int64_t ox) {
                  C largest[PoolSizes::channel_block];
                  std::fill_n(largest, channels, -std::numeric_limits<C>::infinity());
                  s.each_element(oy, ox, [&](std::int64_t, std::int64_t row, std::int64_t column) {
                    const T* from = x.at(n, first, row, column);
                    for (std::int64_t c = 0; c < channels; ++c) {
                      const C next = static_cast<C>(from[c]);
                      largest[c] = (next > largest[c]) | (next != next) ? next : largest[c];
                    }
                  });
                  T* to = y.at(n, first, oy, ox);
                  for (std::int64_t c = 0; c < channels; ++c) to[c] = T(largest[c]);
                });
}

template <class T>
void max_pool_grad(const PoolSizes& s, Images<const T> upstream, Images<const T> x, Images<T> result,
                   bool channels_inside) {
  using C = compute_type<T>;
  const bool assigns = s.partitions();
  const auto start = [&](std::int64_t n) {
    if (!assigns) zero_image(s, result, n);
  };
  const auto window = [&](std::int64_t n, std::int64_t first, std::int64_t channels, std::int64_t oy, std::int64_t ox) {
    Largest<T> largest;
    largest.find(s, x, n, first, channels, oy, ox);
    const T* from = upstream.at(n, first, oy, ox);
    s.each_element(oy, ox, [&](std::int64_t k, std::int64_t row, std::int64_t column) {
      T* to = result.at(n, first, row, column);
      if (assigns) {
        for (std::int64_t c = 0; c < channels; ++c) to[c] = largest.place[c] == k ? from[c] : T(C(0));
      } else {
        for (std::int64_t c = 0; c < channels; ++c)
          to[c] = T(static_cast<C>(to[c]) + (largest.place[c] == k ? static_cast<C>(from[c]) : C(0)));
      }
    });
  };
  s.each_window(channels_inside, window, start);
}

template <class T>
void max_pool_gather(const PoolSizes& s, Images<const T> values, Images<const T> x, Images<T> result,
                     bool channels_inside) {
  using C = compute_type<T>;
  s.each_window(channels_inside,
                [&](std::int64_t n, std::int64_t first, std::int64_t channels, std::int64_t oy, std::int64_t ox) {
                  Largest<T> largest;
                  largest.find(s, x, n, first, channels, oy, ox);
                  T* to = result.at(n, first, oy, ox);
                  for (std::int64_t c = 0; c < channels; ++c) to[c] = T(C(0));
                  s.each_element(oy, ox, [&](std::int64_t k, std::int64_t row, std::int64_t column) {
                    const T* from = values.at(n, first, row, column);
                    for (std::int64_t c = 0; c < channels; ++c) to[c] = largest.place[c] == k ? from[c] : to[c];
                  });
                });
}

template <class T>
void avg_pool(const PoolSizes& s, Images<const T> x, Images<T> y, bool channels_inside) {
  using C = compute_type<T>;
  s.each_window(channels_inside,
                [&](std::int64_t n, std::int64_t first, std::int64_t channels, std::int64_t oy, std::int64_t ox) {
                  C sums[PoolSizes::channel_block] = {};
                  s.each_element(oy, ox, [&](std::int64_t, std::int64_t row, std::int64_t column) {
                    const T* from = x.at(n, first, row, column);
                    for (std::int64_t c = 0; c < channels; ++c) sums[c] += static_cast<C>(from[c]);
                  });
                  const C divisor = static_cast<C>(s.divisor(oy, ox));
                  T* to = y.at(n, first, oy, ox);
                  for (std::int64_t c = 0; c < channels; ++c) to[c] = T(sums[c] / divisor);
                });
}

template <class T>
void avg_pool_grad(const PoolSizes& s, Images<const T> upstream, Images<T> result, bool channels_inside) {
  using C = compute_type<T>;
  const auto window = [&](std::int64_t n, std::int64_t first, std::int64_t channels, std::int64_t oy, std::int64_t ox) {
    const C divisor = static_cast<C>(s.divisor(oy, ox));
    const T* from = upstream.at(n, first, oy, ox);
    s.each_element(oy, ox, [&](std::int64_t, std::int64_t row, std::int64_t column) {
      T* to = result.at(n, first, row, column);
      for (std::int64_t c = 0; c < channels; ++c) to[c] = T(static_cast<C>(to[c]) + static_cast<C>(from[c]) / divisor);
    });
  };
  s.each_window(channels_inside, window, [&](std::int64_t n) { zero_image(s, result, n); });
}

/// An operand whose channels lie next to each other if those of `x` do: they are what is vectorised.
class ChannelsAsIn {
 public:
  ChannelsAsIn(const Operand& operand, const Operand& x, DataFormat format) : operand_(operand) {
    const auto channels = static_cast<std::size_t>(image_axes(format).channels);
    if (x.stride(image_axes(format).channels) != 1 || operand.meta->strides[channels] == 1) return;
    Strides strides{};
    channels_last_layout(operand.shape(), format, strides);
    operand_ = reordered_.emplace(operand, strides).operand();
  }
  const Operand& operand() const { return operand_; }

 private:
  Operand operand_;
  std::optional<Reordered> reordered_;
};

enum class Pool { max, max_grad, max_gather, avg, avg_grad };

template <Pool pool>
void run(const KernelCall& call) {
  if (call.outputs[0].size() == 0) return;
  const auto& attributes = call.attributes_as<Pool2dAttributes>();
  const DataFormat format = attributes.data_format;
  const bool forward = pool == Pool::max || pool == Pool::avg;
  const Operand& x = forward ? call.inputs[0] : call.inputs[1];
  const Operand& y = pool == Pool::max_grad || pool == Pool::avg_grad ? call.inputs[0] : call.outputs[0];
  const PoolSizes s(x.shape(), y.shape(), attributes);
  visit_dtype(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    if constexpr (!std::is_integral_v<T>) {
      const ChannelsAsIn first_operand(call.inputs[0], x, format);
      const Images<const T> first(first_operand.operand(), format);
      const Images<T> result(call.outputs[0], format);
      bool inside = first.channel == 1 && result.channel == 1;
      if constexpr (pool == Pool::max) {
        max_pool<T>(s, first, result, inside);
      } else if constexpr (pool == Pool::avg) {
        avg_pool<T>(s, first, result, inside);
      } else if constexpr (pool == Pool::avg_grad) {
        avg_pool_grad<T>(s, first, result, inside);
      } else {
        const Images<const T> second(call.inputs[1], format);
        inside = inside && second.channel == 1;
        if constexpr (pool == Pool::max_grad)
          max_pool_grad<T>(s, first, second, result, inside);
        else
          max_pool_gather<T>(s, first, second, result, inside);
      }
    }
  });
}

/// The memory order of the images x: channels-last or row-major.
template <int x>
void layout(std::span<const TensorMeta* const> inputs, const void* attributes, std::span<TensorMeta> outputs) {
  const DataFormat format = static_cast<const Pool2dAttributes*>(attributes)->data_format;
  const TensorMeta& images = *inputs[x];
  const auto channels = static_cast<std::size_t>(image_axes(format).channels);
  if (images.strides[channels] == 1 && images.shape.begin()[channels] > 1)
    channels_last_layout(outputs[0].shape, format, outputs[0].strides);
}

const Kernel max_kernel{.run = run<Pool::max>, .any_strides = true, .layout = layout<0>};
const Kernel max_grad_kernel{.run = run<Pool::max_grad>, .any_strides = true, .layout = layout<1>};
const Kernel max_gather_kernel{.run = run<Pool::max_gather>, .any_strides = true, .layout = layout<1>};
const Kernel avg_kernel{.run = run<Pool::avg>, .any_strides = true, .layout = layout<0>};
const Kernel avg_grad_kernel{.run = run<Pool::avg_grad>, .any_strides = true, .layout = layout<1>};

}  // namespace

void register_pool2d_kernels() {
  register_kernel(max_pool2d_op, Device::Type::cpu, max_kernel);
  register_kernel(max_pool2d_grad_op, Device::Type::cpu, max_grad_kernel);
  register_kernel(max_pool2d_gather_op, Device::Type::cpu, max_gather_kernel);
  register_kernel(avg_pool2d_op, Device::Type::cpu, avg_kernel);
  register_kernel(avg_pool2d_grad_op, Device::Type::cpu, avg_grad_kernel);
}

}  // namespace triptych
