// Pools, where cuDNN does not do them: one thread for each element of the result. Gradients are gathered, not
// scattered: an element of the image adds up what the windows over it give, in their order, so that nothing depends on
// which thread comes first.
#include <limits>
#include <type_traits>

#include "core/formulas/elements.h"
#include "core/kernels/pool/pool.h"
#include "cuda/kernels/pool/cudnn_pool.h"
#include "cuda/kernels/run.h"

namespace triptych::cuda {
namespace {

struct Place {
  std::int64_t n, c, z, y, x;
};

/// Place `i` of images in the order of their memory.
__device__ Place place_of(std::int64_t i, std::int64_t c, const std::array<std::int64_t, 3>& lengths,
                          bool channels_inside) {
  Place place;
  if (channels_inside) {
    place.c = i % c;
    i /= c;
  }
  place.x = i % lengths[2];
  i /= lengths[2];
  place.y = i % lengths[1];
  i /= lengths[1];
  place.z = i % lengths[0];
  i /= lengths[0];
  place.n = i;
  if (!channels_inside) {
    place.c = i % c;
    place.n = i / c;
  }
  return place;
}

template <class T>
__device__ T* at(const Images<T>& images, const Place& place) {
  return images.at(place.n, place.c, place.z, place.y, place.x);
}

/// Calls f(k, place) for the elements of a window that are in the image; k counts all elements of the window.
template <class F>
__device__ void each_element(const PoolSizes& s, const Place& window, F f) {
  const PoolSizes::Range planes = s.inside(0, window.z), rows = s.inside(1, window.y), columns = s.inside(2, window.x);
  for (std::int64_t p = planes.first; p < planes.last; ++p)
    for (std::int64_t q = rows.first; q < rows.last; ++q)
      for (std::int64_t r = columns.first; r < columns.last; ++r)
        f((p * s.size[1] + q) * s.size[2] + r,
          Place{window.n, window.c, s.place(0, window.z, p), s.place(1, window.y, q), s.place(2, window.x, r)});
}

/// The largest element of a window; `index` counts the window's elements, -1: nothing passes on.
template <class C>
struct Largest {
  C value = -std::numeric_limits<C>::infinity();
  std::int64_t index = -1;
  Place place{};
};

template <class T>
__device__ Largest<compute_type<T>> largest(const PoolSizes& s, const Images<const T>& images, const Place& window) {
  Largest<compute_type<T>> result;
  each_element(s, window, [&](std::int64_t k, const Place& place) {
    const auto next = static_cast<compute_type<T>>(*at(images, place));
    if (is_larger(next, result.value) || result.index < 0) result = {next, k, place};
  });
  return result;
}

template <class T>
__global__ void max_pool_kernel(PoolSizes s, Images<const T> x, Images<T> y, bool channels_inside) {
  for (std::int64_t i = thread_index(); i < s.results(); i += thread_count()) {
    const Place window = place_of(i, s.c, s.windows, channels_inside);
    *at(y, window) = T(largest(s, x, window).value);
  }
}

template <class T>
__global__ void max_pool_places_kernel(PoolSizes s, Images<const T> x, Images<std::int64_t> y, bool channels_inside) {
  for (std::int64_t i = thread_index(); i < s.results(); i += thread_count()) {
    const Place window = place_of(i, s.c, s.windows, channels_inside);
    const Place place = largest(s, x, window).place;
    *at(y, window) = (place.z * s.length[1] + place.y) * s.length[2] + place.x;
  }
}

template <class T>
__global__ void max_pool_gather_kernel(PoolSizes s, Images<const T> values, Images<const T> x, Images<T> result,
                                       bool channels_inside) {
  using C = compute_type<T>;
  for (std::int64_t i = thread_index(); i < s.results(); i += thread_count()) {
    const Place window = place_of(i, s.c, s.windows, channels_inside);
    const auto best = largest(s, x, window);
    const bool passes = best.index >= 0 && !(s.after_relu && best.value <= C(0));  // nothing passes a relu that gave 0
    *at(result, window) = passes ? *at(values, best.place) : T(C(0));
  }
}

template <class T>
__global__ void avg_pool_kernel(PoolSizes s, Images<const T> x, Images<T> y, bool channels_inside) {
  using C = compute_type<T>;
  for (std::int64_t i = thread_index(); i < s.results(); i += thread_count()) {
    const Place window = place_of(i, s.c, s.windows, channels_inside);
    C sum = 0;
    each_element(s, window, [&](std::int64_t, const Place& place) { sum += static_cast<C>(*at(x, place)); });
    *at(y, window) = T(sum / static_cast<C>(s.divisor(window.z, window.y, window.x)));
  }
}

/// Calls f(window, k) for the windows over a place of the image, in their order; k is the window's element there.
template <class F>
__device__ void each_window_over(const PoolSizes& s, const Place& place, F f) {
  const PoolSizes::Range planes = s.over(0, place.z), rows = s.over(1, place.y), columns = s.over(2, place.x);
  for (std::int64_t oz = planes.first; oz < planes.last; ++oz) {
    const std::int64_t p = s.element(0, oz, place.z);
    for (std::int64_t oy = rows.first; oy < rows.last && p >= 0; ++oy) {
      const std::int64_t q = s.element(1, oy, place.y);
      for (std::int64_t ox = columns.first; ox < columns.last && q >= 0; ++ox) {
        const std::int64_t r = s.element(2, ox, place.x);
        if (r >= 0) f(Place{place.n, place.c, oz, oy, ox}, (p * s.size[1] + q) * s.size[2] + r);
      }
    }
  }
}

/// `x` is read for the maximum's gradient only.
template <bool maximum, class T>
__global__ void pool_grad_kernel(PoolSizes s, bool partitions, Images<const T> upstream, Images<const T> x,
                                 Images<T> result, bool channels_inside) {
  using C = compute_type<T>;
  for (std::int64_t i = thread_index(); i < s.elements(); i += thread_count()) {
    const Place place = place_of(i, s.c, s.length, channels_inside);
    C sum = 0;
    each_window_over(s, place, [&](const Place& window, std::int64_t k) {
      const auto from = static_cast<C>(*at(upstream, window));
      if constexpr (maximum) {
        const auto best = largest(s, x, window);
        if (best.index != k || (s.after_relu && best.value <= C(0))) return;
        sum = partitions ? from : sum + from;
      } else {
        sum += from / static_cast<C>(s.divisor(window.z, window.y, window.x));
      }
    });
    *at(result, place) = T(sum);
  }
}

template <Pool pool, std::size_t N>
void pool_run(const KernelCall& call) {
  const Operand& out = call.outputs[0];
  if (out.size() == 0) return;
  if (call.prepared) return cudnn_pool(call);
  const auto& attributes = call.attributes_as<PoolAttributes<N>>();
  const DataFormat format = attributes.data_format;
  const Operand &x = call.inputs[place_of_x(pool)], &y = is_gradient(pool) ? call.inputs[0] : out;
  const PoolSizes s(x.shape(), y.shape(), attributes);
  visit_floating(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using Result = std::conditional_t<pool == Pool::max_places, std::int64_t, T>;
    const auto first = images_of<const T, N>(call.inputs[0], format);
    const auto result = images_of<Result, N>(out, format);
    const bool inside = result.channel == 1;
    const unsigned blocks = blocks_for(out.size());
    if constexpr (pool == Pool::max) {
      run(call, max_pool_kernel<T>, blocks, block_threads, 0, s, first, result, inside);
    } else if constexpr (pool == Pool::max_places) {
      run(call, max_pool_places_kernel<T>, blocks, block_threads, 0, s, first, result, inside);
    } else if constexpr (pool == Pool::average) {
      run(call, avg_pool_kernel<T>, blocks, block_threads, 0, s, first, result, inside);
    } else if constexpr (pool == Pool::average_grad) {
      run(call, pool_grad_kernel<false, T>, blocks, block_threads, 0, s, false, first, first, result, inside);
    } else {
      const auto second = images_of<const T, N>(call.inputs[1], format);
      if constexpr (pool == Pool::max_grad)
        run(call, pool_grad_kernel<true, T>, blocks, block_threads, 0, s, s.partitions(), first, second, result,
            inside);
      else
        run(call, max_pool_gather_kernel<T>, blocks, block_threads, 0, s, first, second, result, inside);
    }
  });
}

/// cuDNN has some of those of images.
template <Pool pool, std::size_t N>
constexpr auto prepared_by = N == 2 && (pool == Pool::max || pool == Pool::average || pool == Pool::average_grad)
                                 ? prepare_cudnn_pool
                                 : nullptr;

template <Pool pool, std::size_t N>
const Kernel kernel{.run = pool_run<pool, N>,
                    .prepare = prepared_by<pool, N>,
                    .any_strides = true,
                    .layout = pool_layout<N, place_of_x(pool)>};

template <std::size_t N>
void register_axes() {
  const PoolOps& ops = pool_ops(N);
  register_kernel(ops.max, Device::Type::cuda, kernel<Pool::max, N>);
  register_kernel(ops.max_grad, Device::Type::cuda, kernel<Pool::max_grad, N>);
  register_kernel(ops.max_gather, Device::Type::cuda, kernel<Pool::max_gather, N>);
  register_kernel(ops.max_places, Device::Type::cuda, kernel<Pool::max_places, N>);
  register_kernel(ops.average, Device::Type::cuda, kernel<Pool::average, N>);
  register_kernel(ops.average_grad, Device::Type::cuda, kernel<Pool::average_grad, N>);
}

}  // namespace

void register_pool_kernels() {
  register_axes<1>();
  register_axes<2>();
  register_axes<3>();
}

}  // namespace triptych::cuda
