// Pools, where cuDNN does not do them: one thread for each element of the result. Gradients are gathered, not
// scattered: an element of the image adds up what the windows over it give, in their order, so that nothing depends on
// which thread comes first.
#include <limits>
#include <type_traits>

#include "core/formulas/elements.h"
#include "core/kernels/pool/pool2d.h"
#include "cuda/kernels/pool/cudnn_pool2d.h"
#include "cuda/kernels/run.h"

namespace triptych {

extern const Op max_pool2d_op, max_pool2d_grad_op, max_pool2d_gather_op, avg_pool2d_op, avg_pool2d_grad_op;

namespace cuda {
namespace {

struct Place {
  std::int64_t n, c, y, x;
};

/// Place `i` of images in the order of their memory.
__device__ Place place_of(std::int64_t i, std::int64_t c, std::int64_t h, std::int64_t w, bool channels_inside) {
  Place place;
  if (channels_inside) {
    place.c = i % c;
    i /= c;
  }
  place.x = i % w;
  i /= w;
  place.y = i % h;
  i /= h;
  place.n = i;
  if (!channels_inside) {
    place.c = i % c;
    place.n = i / c;
  }
  return place;
}

/// The largest element of a window; `index` counts the window's elements, -1: nothing passes on.
template <class C>
struct Largest {
  C value = -std::numeric_limits<C>::infinity();
  std::int64_t index = -1, y = 0, x = 0;
};

template <class T>
__device__ Largest<compute_type<T>> largest(const PoolSizes& s, const Images<const T>& images, std::int64_t n,
                                            std::int64_t c, std::int64_t oy, std::int64_t ox) {
  Largest<compute_type<T>> result;
  const PoolSizes::Range rows = s.inside(0, oy), columns = s.inside(1, ox);
  for (std::int64_t p = rows.first; p < rows.last; ++p) {
    const std::int64_t y = s.row(oy, p);
    for (std::int64_t q = columns.first; q < columns.last; ++q) {
      const std::int64_t x = s.column(ox, q);
      const auto next = static_cast<compute_type<T>>(*images.at(n, c, y, x));
      if (is_larger(next, result.value) || result.index < 0) result = {next, p * s.size[1] + q, y, x};
    }
  }
  return result;
}

template <class T>
__global__ void max_pool_kernel(PoolSizes s, Images<const T> x, Images<T> y, bool channels_inside) {
  for (std::int64_t i = thread_index(); i < s.n * s.c * s.oh * s.ow; i += thread_count()) {
    const Place at = place_of(i, s.c, s.oh, s.ow, channels_inside);
    *y.at(at.n, at.c, at.y, at.x) = T(largest(s, x, at.n, at.c, at.y, at.x).value);
  }
}

template <class T>
__global__ void max_pool_gather_kernel(PoolSizes s, Images<const T> values, Images<const T> x, Images<T> result,
                                       bool channels_inside) {
  using C = compute_type<T>;
  for (std::int64_t i = thread_index(); i < s.n * s.c * s.oh * s.ow; i += thread_count()) {
    const Place at = place_of(i, s.c, s.oh, s.ow, channels_inside);
    const auto best = largest(s, x, at.n, at.c, at.y, at.x);
    const bool passes = best.index >= 0 && !(s.after_relu && best.value <= C(0));  // nothing passes a relu that gave 0
    *result.at(at.n, at.c, at.y, at.x) = passes ? *values.at(at.n, at.c, best.y, best.x) : T(C(0));
  }
}

template <class T>
__global__ void avg_pool_kernel(PoolSizes s, Images<const T> x, Images<T> y, bool channels_inside) {
  using C = compute_type<T>;
  for (std::int64_t i = thread_index(); i < s.n * s.c * s.oh * s.ow; i += thread_count()) {
    const Place at = place_of(i, s.c, s.oh, s.ow, channels_inside);
    C sum = 0;
    const PoolSizes::Range rows = s.inside(0, at.y), columns = s.inside(1, at.x);
    for (std::int64_t p = rows.first; p < rows.last; ++p)
      for (std::int64_t q = columns.first; q < columns.last; ++q)
        sum += static_cast<C>(*x.at(at.n, at.c, s.row(at.y, p), s.column(at.x, q)));
    *y.at(at.n, at.c, at.y, at.x) = T(sum / static_cast<C>(s.divisor(at.y, at.x)));
  }
}

/// The window, counted along one axis, whose element `p` lies at `place`; -1: none.
__device__ std::int64_t window_over(const PoolSizes& s, std::size_t axis, std::int64_t place, std::int64_t p,
                                    std::int64_t windows) {
  const std::int64_t start = place + s.before[axis] - p * s.dilation[axis];
  if (start < 0 || start % s.stride[axis] != 0) return -1;
  const std::int64_t window = start / s.stride[axis];
  return window < windows ? window : -1;
}

/// `x` is read for the maximum's gradient only.
template <bool maximum, class T>
__global__ void pool_grad_kernel(PoolSizes s, bool partitions, Images<const T> upstream, Images<const T> x,
                                 Images<T> result, bool channels_inside) {
  using C = compute_type<T>;
  for (std::int64_t i = thread_index(); i < s.n * s.c * s.h * s.w; i += thread_count()) {
    const Place at = place_of(i, s.c, s.h, s.w, channels_inside);
    C sum = 0;
    const PoolSizes::Range rows = s.over(0, at.y), columns = s.over(1, at.x);
    for (std::int64_t p = rows.last; p-- > rows.first;) {  // so the windows come in order
      const std::int64_t oy = window_over(s, 0, at.y, p, s.oh);
      if (oy < 0) continue;
      for (std::int64_t q = columns.last; q-- > columns.first;) {
        const std::int64_t ox = window_over(s, 1, at.x, q, s.ow);
        if (ox < 0) continue;
        const auto from = static_cast<C>(*upstream.at(at.n, at.c, oy, ox));
        if constexpr (maximum) {
          const auto best = largest(s, x, at.n, at.c, oy, ox);
          if (best.index != p * s.size[1] + q || (s.after_relu && best.value <= C(0))) continue;
          sum = partitions ? from : sum + from;
        } else {
          sum += from / static_cast<C>(s.divisor(oy, ox));
        }
      }
    }
    *result.at(at.n, at.c, at.y, at.x) = T(sum);
  }
}

enum class Pool { max, max_grad, max_gather, avg, avg_grad };

template <Pool pool>
void pool_run(const KernelCall& call) {
  const Operand& out = call.outputs[0];
  if (out.size() == 0) return;
  if (call.prepared) return cudnn_pool2d(call);
  const auto& attributes = call.attributes_as<Pool2dAttributes>();
  const DataFormat format = attributes.data_format;
  const bool forward = pool == Pool::max || pool == Pool::avg;
  const Operand& x = forward ? call.inputs[0] : call.inputs[1];
  const Operand& y = pool == Pool::max_grad || pool == Pool::avg_grad ? call.inputs[0] : out;
  const PoolSizes s(x.shape(), y.shape(), attributes);
  visit_floating(out.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const Images<const T> first(call.inputs[0], format);
    const Images<T> result(out, format);
    const bool inside = result.channel == 1;
    const unsigned blocks = blocks_for(out.size());
    if constexpr (pool == Pool::max) {
      run(call, max_pool_kernel<T>, blocks, block_threads, 0, s, first, result, inside);
    } else if constexpr (pool == Pool::avg) {
      run(call, avg_pool_kernel<T>, blocks, block_threads, 0, s, first, result, inside);
    } else if constexpr (pool == Pool::avg_grad) {
      run(call, pool_grad_kernel<false, T>, blocks, block_threads, 0, s, false, first, first, result, inside);
    } else {
      const Images<const T> second(call.inputs[1], format);
      if constexpr (pool == Pool::max_grad)
        run(call, pool_grad_kernel<true, T>, blocks, block_threads, 0, s, s.partitions(), first, second, result,
            inside);
      else
        run(call, max_pool_gather_kernel<T>, blocks, block_threads, 0, s, first, second, result, inside);
    }
  });
}

const Kernel max_kernel{
    .run = pool_run<Pool::max>, .prepare = prepare_cudnn_pool2d, .any_strides = true, .layout = pool_layout<0>},
    max_grad_kernel{.run = pool_run<Pool::max_grad>, .any_strides = true, .layout = pool_layout<1>},
    max_gather_kernel{.run = pool_run<Pool::max_gather>, .any_strides = true, .layout = pool_layout<1>},
    avg_kernel{
        .run = pool_run<Pool::avg>, .prepare = prepare_cudnn_pool2d, .any_strides = true, .layout = pool_layout<0>},
    avg_grad_kernel{.run = pool_run<Pool::avg_grad>,
                    .prepare = prepare_cudnn_pool2d,
                    .any_strides = true,
                    .layout = pool_layout<1>};

}  // namespace

void register_pool2d_kernels() {
  register_kernel(max_pool2d_op, Device::Type::cuda, max_kernel);
  register_kernel(max_pool2d_grad_op, Device::Type::cuda, max_grad_kernel);
  register_kernel(max_pool2d_gather_op, Device::Type::cuda, max_gather_kernel);
  register_kernel(avg_pool2d_op, Device::Type::cuda, avg_kernel);
  register_kernel(avg_pool2d_grad_op, Device::Type::cuda, avg_grad_kernel);
}

}  // namespace cuda
}  // namespace triptych
