// Kernels of the pools: loops over windows, with the channels innermost where they lie next to each other; else by rows
// of windows.
#include "core/kernels/pool/pool.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "core/kernels/elementwise.h"
#include "core/kernels/path.h"
#include "core/kernels/pool/pool_rows.h"
#include "core/kernels/reduce/reduce.h"
#include "core/kernels/reordered.h"
#include "core/kernels/sums.h"

namespace triptych {
namespace {

Path channels_together("pool: channels side by side"), registers_of_channels("pool: registers of channels"),
    channels_apart("pool: channels apart"), few_images("pool: on one thread"), many_images("pool: images in parallel"),
    assigned("pool: each gradient once"), added("pool: gradients added"),
    reordered_path("pool: an operand in x's order");

/// Calls f(k, spot) for the elements of a window that are in the image; k counts all elements of the window.
template <class F>
void each_element(const PoolSizes& s, Spot window, F&& f) {
  const PoolSizes::Range planes = s.inside(0, window.z), rows = s.inside(1, window.y), columns = s.inside(2, window.x);
  const Spot start{s.start(0, window.z), s.start(1, window.y), s.start(2, window.x)};
  for (std::int64_t p = planes.first; p < planes.last; ++p)
    for (std::int64_t q = rows.first; q < rows.last; ++q)
      for (std::int64_t r = columns.first; r < columns.last; ++r)
        f((p * s.size[1] + q) * s.size[2] + r,
          Spot{start.z + p * s.dilation[0], start.y + q * s.dilation[1], start.x + r * s.dilation[2]});
}

template <class T>
T* at(const Images<T>& images, std::int64_t n, std::int64_t c, Spot spot) {
  return images.at(n, c, spot.z, spot.y, spot.x);
}

constexpr std::int64_t channel_block = 64, most_taps = 64;
/// So much earlier elements are asked for: in the order of windows, memory is not foreseen.
constexpr std::int64_t windows_ahead = 4;

/// Runs f(n, first channel, channels, window) for all windows, and `start(n)` before those of an image; images are the
/// parts of the work. Blocks of channels are long where they lie next to each other, else one.
template <class F, class Start>
void each_window(const PoolSizes& s, bool channels_inside, F&& f, Start&& start) {
  (channels_inside ? channels_together : channels_apart).take();
  const std::int64_t block = channels_inside ? std::min<std::int64_t>(s.c, channel_block) : 1;
  auto image = [&](std::int64_t i) {
    start(i);
    for (std::int64_t first = 0; first < s.c; first += block)
      for (std::int64_t z = 0; z < s.windows[0]; ++z)
        for (std::int64_t y = 0; y < s.windows[1]; ++y)
          for (std::int64_t x = 0; x < s.windows[2]; ++x) f(i, first, std::min(block, s.c - first), Spot{z, y, x});
  };
  const bool few = s.elements() < elementwise_grain;
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
            Spot window) {
    for (std::int64_t c = 0; c < channels; ++c) {
      value[c] = -std::numeric_limits<C>::infinity();
      place[c] = -1;
    }
    each_element(s, window, [&](std::int64_t k, Spot spot) {
      const T* from = at(x, n, first, spot);
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
    for (std::int64_t z = 0; z < s.length[0]; ++z)
      for (std::int64_t y = 0; y < s.length[1]; ++y)
        for (std::int64_t column = 0; column < s.length[2]; ++column) *x.at(n, c, z, y, column) = C(0);
}

/// Whether channels side by side fill registers: then the elements of a window meet in them, a register of channels at
/// a time. (128 images of 24 x 24 with 64 channels on a core of Zen 5: the gradient takes 2.7 ms, 5.3 window by
/// window.)
template <class T>
bool channels_fill_registers(const PoolSizes& s, bool channels_inside) {
  return channels_inside && s.c % lanes_at_once<compute_type<T>> == 0 &&
         s.size[0] * s.size[1] * s.size[2] <= most_taps;  // infer has seen that they fit
}

/// Where the elements of a window lie.
template <class T>
class Taps {
 public:
  Taps(const PoolSizes& sizes, const Images<T>& images) : sizes_(sizes), images_(images) {
    for (std::int64_t p = 0; p < sizes.size[0]; ++p)
      for (std::int64_t q = 0; q < sizes.size[1]; ++q)
        for (std::int64_t r = 0; r < sizes.size[2]; ++r)
          offsets_[count_++] = p * sizes.dilation[0] * images.plane + q * sizes.dilation[1] * images.row +
                               r * sizes.dilation[2] * images.column;
  }
  /// Puts the places of those that are in the image to `places`; returns how many.
  std::int64_t find(std::int64_t n, std::int64_t channel, Spot window, T** places) const {
    const Spot start{sizes_.start(0, window.z), sizes_.start(1, window.y), sizes_.start(2, window.x)};
    std::int64_t count = 0;
    if (inside(0, start.z) && inside(1, start.y) && inside(2, start.x)) {
      T* first = images_.at(n, channel, start.z, start.y, start.x);
      for (; count < count_; ++count) places[count] = first + offsets_[count];
    } else {
      each_element(sizes_, window,
                   [&](std::int64_t, Spot spot) { places[count++] = images_.at(n, channel, spot.z, spot.y, spot.x); });
    }
    return count;
  }

 private:
  bool inside(std::size_t axis, std::int64_t start) const {
    return !sizes_.adaptive && start >= 0 &&
           start + (sizes_.size[axis] - 1) * sizes_.dilation[axis] < sizes_.length[axis];
  }

  const PoolSizes& sizes_;
  const Images<T>& images_;
  std::int64_t offsets_[most_taps], count_ = 0;
};

template <class T>
void max_pool_lanes(const PoolSizes& s, Images<const T> x, Images<T> y) {
  using C = compute_type<T>;
  registers_of_channels.take();
  const Taps<const T> taps(s, x);
  const std::int64_t ahead = windows_ahead * s.stride[2] * x.column;
  each_window(s, true, [&](std::int64_t n, std::int64_t first, std::int64_t channels, Spot window) {
    const T* from[most_taps];
    const std::int64_t count = taps.find(n, first, window, from);
    T* to = at(y, n, first, window);
    for (std::int64_t c = 0; c < channels; c += lanes_at_once<C>) {
      Lanes<C> largest = Lanes<C>{} - std::numeric_limits<C>::infinity();
      for (std::int64_t k = 0; k < count; ++k) {
        const auto next = load_lanes<C>(from[k] + c);
        __builtin_prefetch(from[k] + c + ahead);
        largest = is_larger(next, largest) ? next : largest;
      }
      store_lanes<C>(largest, to + c);
    }
  });
}

/// Where every element is in one window: each is written once.
template <class T>
void max_pool_grad_lanes(const PoolSizes& s, Images<const T> upstream, Images<const T> x, Images<T> result) {
  using C = compute_type<T>;
  using Places = decltype(Lanes<C>{} < Lanes<C>{});
  const Places none = Places{} - 1;
  using Place = std::remove_cvref_t<decltype(none[0])>;
  registers_of_channels.take();
  const Taps<const T> inputs(s, x);
  const std::int64_t ahead = windows_ahead * s.stride[2] * x.column;
  const Taps<T> outputs(s, result);
  each_window(s, true, [&](std::int64_t n, std::int64_t first, std::int64_t channels, Spot window) {
    const T* from[most_taps];
    T* to[most_taps];
    const std::int64_t count = inputs.find(n, first, window, from);
    outputs.find(n, first, window, to);
    const T* gradients = at(upstream, n, first, window);
    for (std::int64_t c = 0; c < channels; c += lanes_at_once<C>) {
      Lanes<C> largest = Lanes<C>{} - std::numeric_limits<C>::infinity();
      Places place = none;
      for (std::int64_t k = 0; k < count; ++k) {
        const auto next = load_lanes<C>(from[k] + c);
        __builtin_prefetch(from[k] + c + ahead);
        const Places larger = is_larger(next, largest) | (place < 0);
        largest = larger ? next : largest;
        place = larger ? Places{} + static_cast<Place>(k) : place;
      }
      if (s.after_relu) place = largest <= 0 ? none : place;  // nothing passes a relu that gave 0
      const auto gradient = load_lanes<C>(gradients + c);
      for (std::int64_t k = 0; k < count; ++k)
        store_lanes<C>(place == static_cast<Place>(k) ? gradient : Lanes<C>{}, to[k] + c);
    }
  });
}

template <class T>
void max_pool(const PoolSizes& s, Images<const T> x, Images<T> y, bool channels_inside) {
  using C = compute_type<T>;
  each_window(s, channels_inside, [&](std::int64_t n, std::int64_t first, std::int64_t channels, Spot window) {
    C largest[channel_block];
    std::fill_n(largest, channels, -std::numeric_limits<C>::infinity());
    each_element(s, window, [&](std::int64_t, Spot spot) {
      const T* from = at(x, n, first, spot);
      for (std::int64_t c = 0; c < channels; ++c) {
        const C next = static_cast<C>(from[c]);
        largest[c] = is_larger(next, largest[c]) ? next : largest[c];
      }
    });
    T* to = at(y, n, first, window);
    for (std::int64_t c = 0; c < channels; ++c) to[c] = T(largest[c]);
  });
}

template <class T>
void max_pool_places(const PoolSizes& s, Images<const T> x, Images<std::int64_t> y, bool channels_inside) {
  each_window(s, channels_inside, [&](std::int64_t n, std::int64_t first, std::int64_t channels, Spot window) {
    Largest<T> largest;
    largest.find(s, x, n, first, channels, window);
    std::int64_t* to = at(y, n, first, window);
    const auto place = [&](std::size_t axis, std::int64_t o, std::int64_t element) {
      return s.place(axis, o, element);
    };
    for (std::int64_t c = 0; c < channels; ++c) {
      const std::int64_t k = largest.place[c];
      to[c] = (place(0, window.z, k / (s.size[1] * s.size[2])) * s.length[1] +
               place(1, window.y, k / s.size[2] % s.size[1])) *
                  s.length[2] +
              place(2, window.x, k % s.size[2]);
    }
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
  const auto window = [&](std::int64_t n, std::int64_t first, std::int64_t channels, Spot o) {
    Largest<T> largest;
    largest.find(s, x, n, first, channels, o);
    const T* from = at(upstream, n, first, o);
    each_element(s, o, [&](std::int64_t k, Spot spot) {
      C* to = at(result, n, first, spot);
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
  each_window(s, channels_inside, [&](std::int64_t n, std::int64_t first, std::int64_t channels, Spot window) {
    Largest<T> largest;
    largest.find(s, x, n, first, channels, window);
    T* to = at(result, n, first, window);
    for (std::int64_t c = 0; c < channels; ++c) to[c] = T(C(0));
    each_element(s, window, [&](std::int64_t k, Spot spot) {
      const T* from = at(values, n, first, spot);
      for (std::int64_t c = 0; c < channels; ++c) to[c] = largest.place[c] == k ? from[c] : to[c];
    });
  });
}

template <class T>
void avg_pool(const PoolSizes& s, Images<const T> x, Images<T> y, bool channels_inside) {
  using C = compute_type<T>;
  each_window(s, channels_inside, [&](std::int64_t n, std::int64_t first, std::int64_t channels, Spot window) {
    C sums[channel_block];
    std::fill_n(sums, channels, C(0));
    each_element(s, window, [&](std::int64_t, Spot spot) {
      const T* from = at(x, n, first, spot);
      for (std::int64_t c = 0; c < channels; ++c) sums[c] += static_cast<C>(from[c]);
    });
    const C divisor = static_cast<C>(s.divisor(window.z, window.y, window.x));
    T* to = at(y, n, first, window);
    for (std::int64_t c = 0; c < channels; ++c) to[c] = T(sums[c] / divisor);
  });
}

template <class T>
void avg_pool_grad(const PoolSizes& s, Images<const T> upstream, Images<compute_type<T>> result, bool channels_inside) {
  using C = compute_type<T>;
  const auto work = [&](std::int64_t n, std::int64_t first, std::int64_t channels, Spot window) {
    const C divisor = static_cast<C>(s.divisor(window.z, window.y, window.x));
    const T* from = at(upstream, n, first, window);
    each_element(s, window, [&](std::int64_t, Spot spot) {
      C* to = at(result, n, first, spot);
      for (std::int64_t c = 0; c < channels; ++c) to[c] += static_cast<C>(from[c]) / divisor;
    });
  };
  each_window(s, channels_inside, work, [&](std::int64_t n) { zero_image(s, result, n); });
}

/// An operand whose channels lie next to each other if those of `x` do: they are what is vectorised.
class ChannelsAsIn {
 public:
  ChannelsAsIn(const Operand& operand, const Operand& x, DataFormat format) : operand_(operand) {
    const auto channels = static_cast<std::size_t>(image_axes(format, x.shape().rank() - 2).channels);
    if (x.meta->strides[channels] != 1 || operand.meta->strides[channels] == 1) return;
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

template <Pool pool, std::size_t N>
void run(const KernelCall& call) {
  const Operand& out = call.outputs[0];
  if (out.size() == 0) return;
  const auto& attributes = call.attributes_as<PoolAttributes<N>>();
  const DataFormat format = attributes.data_format;
  const Operand &x = call.inputs[place_of_x(pool)], &y = is_gradient(pool) ? call.inputs[0] : out;
  const PoolSizes s(x.shape(), y.shape(), attributes);
  visit_dtype(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    if constexpr (!std::is_integral_v<T>) {
      const ChannelsAsIn first_operand(call.inputs[0], x, format);
      const auto first = images_of<const T, N>(first_operand.operand(), format);
      if constexpr (pool == Pool::max_places) {
        const auto result = images_of<std::int64_t, N>(out, format);
        has_pool_rows(s, first) ? max_pool_places_rows<T>(s, first, result)
                                : max_pool_places<T>(s, first, result, first.channel == 1 && result.channel == 1);
        return;
      }
      const auto result = images_of<T, N>(out, format);
      bool inside = first.channel == 1 && result.channel == 1;
      if constexpr (pool == Pool::max) {
        if (has_pool_rows(s, first))
          max_pool_rows<T>(s, first, result);
        else if (channels_fill_registers<T>(s, inside))
          max_pool_lanes<T>(s, first, result);
        else
          max_pool<T>(s, first, result, inside);
      } else if constexpr (pool == Pool::average) {
        has_pool_rows(s, first) ? avg_pool_rows<T>(s, first, result) : avg_pool<T>(s, first, result, inside);
      } else if constexpr (pool == Pool::average_grad) {
        const Sums<T> sums(out);
        const auto to = result.with(sums.data());
        has_pool_rows(s, to) ? avg_pool_grad_rows<T>(s, first, to) : avg_pool_grad<T>(s, first, to, inside);
        sums.finish();
      } else if constexpr (pool != Pool::max_places) {
        const auto second = images_of<const T, N>(call.inputs[1], format);
        inside = inside && second.channel == 1;
        if constexpr (pool == Pool::max_grad) {
          if (s.partitions() && channels_fill_registers<T>(s, inside))
            return max_pool_grad_lanes<T>(s, first, second, result);
          const Sums<T> sums(out);
          const auto to = result.with(sums.data());
          to.column == 1 && has_pool_rows(s, second) ? max_pool_grad_rows<T>(s, first, second, to)
                                                     : max_pool_grad<T>(s, first, second, to, inside);
          sums.finish();
        } else {
          max_pool_gather<T>(s, first, second, result, inside);
        }
      }
    }
  });
}

template <Pool pool, std::size_t N>
const Kernel kernel{.run = run<pool, N>, .any_strides = true, .layout = pool_layout<N, place_of_x(pool)>};

template <std::size_t N>
void register_axes() {
  const PoolOps& ops = pool_ops(N);
  register_kernel(ops.max, Device::Type::cpu, kernel<Pool::max, N>);
  register_kernel(ops.max_grad, Device::Type::cpu, kernel<Pool::max_grad, N>);
  register_kernel(ops.max_gather, Device::Type::cpu, kernel<Pool::max_gather, N>);
  register_kernel(ops.max_places, Device::Type::cpu, kernel<Pool::max_places, N>);
  register_kernel(ops.average, Device::Type::cpu, kernel<Pool::average, N>);
  register_kernel(ops.average_grad, Device::Type::cpu, kernel<Pool::average_grad, N>);
}

}  // namespace

void register_pool_kernels() {
  register_axes<1>();
  register_axes<2>();
  register_axes<3>();
}

}  // namespace triptych
