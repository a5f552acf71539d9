// Kernels of the pools: loops over windows, with the channels innermost where they lie next to each other.
#include "core/kernels/pool/pool2d.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "core/kernels/elementwise.h"
#include "core/kernels/path.h"
#include "core/kernels/reordered.h"
#include "core/kernels/sums.h"

namespace triptych {

extern const Op max_pool2d_op, max_pool2d_grad_op, max_pool2d_gather_op, avg_pool2d_op, avg_pool2d_grad_op;

namespace {

Path channels_together("pool: channels side by side"), channels_apart("pool: channels apart"),
    few_images("pool: on one thread"), many_images("pool: images in parallel"), assigned("pool: each gradient once"),
    added("pool: gradients added"), reordered_path("pool: an operand in x's order");

/// Calls f(k, y, x) for the elements of window (oy, ox) that are in the image; k counts all elements of the window.
template <class F>
void each_element(const PoolSizes& s, std::int64_t oy, std::int64_t ox, F&& f) {
  const PoolSizes::Range rows = s.inside(0, oy), columns = s.inside(1, ox);
  for (std::int64_t p = rows.first; p < rows.last; ++p)
    for (std::int64_t q = columns.first; q < columns.last; ++q) f(p * s.size[1] + q, s.row(oy, p), s.column(ox, q));
}

constexpr std::int64_t channel_block = 64;

/// Runs f(n, first channel, channels, oy, ox) for all windows, and `start(n)` before those of an image; images are the
/// parts of the work. Blocks of channels are long where they lie next to each other, else one.
template <class F, class Start>
void each_window(const PoolSizes& s, bool channels_inside, F&& f, Start&& start) {
  (channels_inside ? channels_together : channels_apart).take();
  const std::int64_t block = channels_inside ? std::min<std::int64_t>(s.c, channel_block) : 1;
  auto image = [&](std::int64_t i) {
    start(i);
    for (std::int64_t first = 0; first < s.c; first += block)
      for (std::int64_t oy = 0; oy < s.oh; ++oy)
        for (std::int64_t ox = 0; ox < s.ow; ++ox) f(i, first, std::min(block, s.c - first), oy, ox);
  };
  const bool few = s.n * s.c * s.h * s.w < elementwise_grain;
  (few ? few_images : many_images).take();
  if (few) {
    for (std::int64_t i = 0; i < s.n; ++i) image(i);
  } else {
    parallel_for(s.n, image);
  }
}
template <class F>
void each_window(const PoolSizes& s, bool channels_inside, F&& f) {
  each_window(s, channels_inside, f, [](std::int64_t) {});
}

/// The places of the largest elements of a window, for a block of channels.
template <class T>
struct Largest {
  using C = compute_type<T>;
  C value[channel_block];
  std::int32_t place[channel_block];

  void find(const PoolSizes& s, const Images<const T>& x, std::int64_t n, std::int64_t first, std::int64_t channels,
            std::int64_t oy, std::int64_t ox) {
    for (std::int64_t c = 0; c < channels; ++c) {
      value[c] = -std::numeric_limits<C>::infinity();
      place[c] = -1;
    }
    each_element(s, oy, ox, [&](std::int64_t k, std::int64_t y, std::int64_t column) {
      const T* from = x.at(n, first, y, column);
      for (std::int64_t c = 0; c < channels; ++c) {
        const C next = static_cast<C>(from[c]);
        const bool larger = is_larger(next, value[c]) | (place[c] < 0);
        value[c] = larger ? next : value[c];
        place[c] = larger ? static_cast<std::int32_t>(k) : place[c];
      }
    });
    if (s.after_relu)  // nothing passes a relu that gave 0
      for (std::int64_t c = 0; c < channels; ++c) place[c] = value[c] <= C(0) ? -1 : place[c];
  }
};

template <class C>
void zero_image(const PoolSizes& s, const Images<C>& x, std::int64_t n) {
  for (std::int64_t c = 0; c < s.c; ++c)
    for (std::int64_t y = 0; y < s.h; ++y)
      for (std::int64_t column = 0; column < s.w; ++column) *x.at(n, c, y, column) = C(0);
}

template <class T>
void max_pool(const PoolSizes& s, Images<const T> x, Images<T> y, bool channels_inside) {
  using C = compute_type<T>;
  each_window(s, channels_inside,
              [&](std::int64_t n, std::int64_t first, std::int64_t channels, std::int64_t oy, std::int64_t ox) {
                C largest[channel_block];
                std::fill_n(largest, channels, -std::numeric_limits<C>::infinity());
                each_element(s, oy, ox, [&](std::int64_t, std::int64_t row, std::int64_t column) {
                  const T* from = x.at(n, first, row, column);
                  for (std::int64_t c = 0; c < channels; ++c) {
                    const C next = static_cast<C>(from[c]);
                    largest[c] = is_larger(next, largest[c]) ? next : largest[c];
                  }
                });
                T* to = y.at(n, first, oy, ox);
                for (std::int64_t c = 0; c < channels; ++c) to[c] = T(largest[c]);
              });
}

template <class T>
void max_pool_grad(const PoolSizes& s, Images<const T> upstream, Images<const T> x, Images<compute_type<T>> result,
                   bool channels_inside) {
  using C = compute_type<T>;
  const bool assigns = s.partitions();
  (assigns ? assigned : added).take();
  const auto start = [&](std::int64_t n) {
    if (!assigns) zero_image(s, result, n);
  };
  const auto window = [&](std::int64_t n, std::int64_t first, std::int64_t channels, std::int64_t oy, std::int64_t ox) {
    Largest<T> largest;
    largest.find(s, x, n, first, channels, oy, ox);
    const T* from = upstream.at(n, first, oy, ox);
    each_element(s, oy, ox, [&](std::int64_t k, std::int64_t row, std::int64_t column) {
      C* to = result.at(n, first, row, column);
      const auto passed = [&](std::int64_t c) { return largest.place[c] == k ? static_cast<C>(from[c]) : C(0); };
      if (assigns) {
        for (std::int64_t c = 0; c < channels; ++c) to[c] = passed(c);
      } else {
        for (std::int64_t c = 0; c < channels; ++c) to[c] += passed(c);
      }
    });
  };
  each_window(s, channels_inside, window, start);
}

template <class T>
void max_pool_gather(const PoolSizes& s, Images<const T> values, Images<const T> x, Images<T> result,
                     bool channels_inside) {
  using C = compute_type<T>;
  each_window(s, channels_inside,
              [&](std::int64_t n, std::int64_t first, std::int64_t channels, std::int64_t oy, std::int64_t ox) {
                Largest<T> largest;
                largest.find(s, x, n, first, channels, oy, ox);
                T* to = result.at(n, first, oy, ox);
                for (std::int64_t c = 0; c < channels; ++c) to[c] = T(C(0));
                each_element(s, oy, ox, [&](std::int64_t k, std::int64_t row, std::int64_t column) {
                  const T* from = values.at(n, first, row, column);
                  for (std::int64_t c = 0; c < channels; ++c) to[c] = largest.place[c] == k ? from[c] : to[c];
                });
              });
}

template <class T>
void avg_pool(const PoolSizes& s, Images<const T> x, Images<T> y, bool channels_inside) {
  using C = compute_type<T>;
  each_window(s, channels_inside,
              [&](std::int64_t n, std::int64_t first, std::int64_t channels, std::int64_t oy, std::int64_t ox) {
                C sums[channel_block] = {};
                each_element(s, oy, ox, [&](std::int64_t, std::int64_t row, std::int64_t column) {
                  const T* from = x.at(n, first, row, column);
                  for (std::int64_t c = 0; c < channels; ++c) sums[c] += static_cast<C>(from[c]);
                });
                const C divisor = static_cast<C>(s.divisor(oy, ox));
                T* to = y.at(n, first, oy, ox);
                for (std::int64_t c = 0; c < channels; ++c) to[c] = T(sums[c] / divisor);
              });
}

template <class T>
void avg_pool_grad(const PoolSizes& s, Images<const T> upstream, Images<compute_type<T>> result, bool channels_inside) {
  using C = compute_type<T>;
  const auto window = [&](std::int64_t n, std::int64_t first, std::int64_t channels, std::int64_t oy, std::int64_t ox) {
    const C divisor = static_cast<C>(s.divisor(oy, ox));
    const T* from = upstream.at(n, first, oy, ox);
    each_element(s, oy, ox, [&](std::int64_t, std::int64_t row, std::int64_t column) {
      C* to = result.at(n, first, row, column);
      for (std::int64_t c = 0; c < channels; ++c) to[c] += static_cast<C>(from[c]) / divisor;
    });
  };
  each_window(s, channels_inside, window, [&](std::int64_t n) { zero_image(s, result, n); });
}

/// An operand whose channels lie next to each other if those of `x` do: they are what is vectorised.
class ChannelsAsIn {
 public:
  ChannelsAsIn(const Operand& operand, const Operand& x, DataFormat format) : operand_(operand) {
    const auto channels = static_cast<std::size_t>(image_axes(format).channels);
    if (x.stride(image_axes(format).channels) != 1 || operand.meta->strides[channels] == 1) return;
    reordered_path.take();
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
        const Sums<T> sums(call.outputs[0]);
        avg_pool_grad<T>(s, first, result.with(sums.data()), inside);
        sums.finish();
      } else {
        const Images<const T> second(call.inputs[1], format);
        inside = inside && second.channel == 1;
        if constexpr (pool == Pool::max_grad) {
          const Sums<T> sums(call.outputs[0]);
          max_pool_grad<T>(s, first, second, result.with(sums.data()), inside);
          sums.finish();
        } else {
          max_pool_gather<T>(s, first, second, result, inside);
        }
      }
    }
  });
}

const Kernel max_kernel{.run = run<Pool::max>, .any_strides = true, .layout = pool_layout<0>};
const Kernel max_grad_kernel{.run = run<Pool::max_grad>, .any_strides = true, .layout = pool_layout<1>};
const Kernel max_gather_kernel{.run = run<Pool::max_gather>, .any_strides = true, .layout = pool_layout<1>};
const Kernel avg_kernel{.run = run<Pool::avg>, .any_strides = true, .layout = pool_layout<0>};
const Kernel avg_grad_kernel{.run = run<Pool::avg_grad>, .any_strides = true, .layout = pool_layout<1>};

}  // namespace

void register_pool2d_kernels() {
  register_kernel(max_pool2d_op, Device::Type::cpu, max_kernel);
  register_kernel(max_pool2d_grad_op, Device::Type::cpu, max_grad_kernel);
  register_kernel(max_pool2d_gather_op, Device::Type::cpu, max_gather_kernel);
  register_kernel(avg_pool2d_op, Device::Type::cpu, avg_kernel);
  register_kernel(avg_pool2d_grad_op, Device::Type::cpu, avg_grad_kernel);
}

}  // namespace triptych
