// Batch normalization where cuDNN does not do it, on tensors with any strides: sums over each channel in two steps,
// parts and then their sum, in an order that depends on the shape alone; and the elementwise functions of
// elementwise.h, with a table for each channel.
#include <algorithm>
#include <type_traits>

#include "core/formulas/batch_norm.h"
#include "cuda/kernels/elementwise.h"
#include "cuda/kernels/normalization/cudnn_batch_norm.h"
#include "cuda/kernels/scratch.h"
#include "cuda/shared_memory.h"

namespace triptych {

extern const Op batch_norm_op, batch_norm_grad_op, batch_norm_inference_op;

namespace cuda {
namespace {

/// A (C) vector of any floating dtype and stride.
struct ChannelVector {
  void* data;
  DType dtype;
  std::int64_t stride;

  ChannelVector(const Operand& operand) : data(operand.data), dtype(operand.dtype()), stride(operand.stride(0)) {}

  template <class C>
  __device__ C get(std::int64_t c) const {
    switch (dtype) {
      case DType::float64:
        return static_cast<C>(static_cast<const double*>(data)[c * stride]);
      case DType::float16:
        return static_cast<C>(static_cast<float>(static_cast<const Float16*>(data)[c * stride]));
      case DType::bfloat16:
        return static_cast<C>(static_cast<float>(static_cast<const BFloat16*>(data)[c * stride]));
      default:
        return static_cast<C>(static_cast<const float*>(data)[c * stride]);
    }
  }
  template <class C>
  __device__ void set(std::int64_t c, C value) const {
    switch (dtype) {
      case DType::float64:
        static_cast<double*>(data)[c * stride] = static_cast<double>(value);
        break;
      case DType::float16:
        static_cast<Float16*>(data)[c * stride] = Float16(static_cast<float>(value));
        break;
      case DType::bfloat16:
        static_cast<BFloat16*>(data)[c * stride] = BFloat16(static_cast<float>(value));
        break;
      default:
        static_cast<float*>(data)[c * stride] = static_cast<float>(value);
    }
  }
};

/// How the threads of a block share channels: one channel for all, or `tile` neighbours where channels lie next to each
/// other.
constexpr int tile = 32;

/// The elements of a channel, in two tensors of one shape at most.
struct ChannelLoops {
  StridedLoops<2> rest;  // over the other axes
  std::int64_t channels, steps[2];
  int channels_per_block;
  std::int64_t parts;  // for which each channel's sum is cut

  ChannelLoops(const TensorMeta& first, const TensorMeta& second, int axis) : rest{} {
    const auto at = static_cast<std::size_t>(axis);
    channels = first.shape.begin()[axis];
    steps[0] = first.strides[at];
    steps[1] = second.strides[at];
    channels_per_block = steps[0] == 1 && channels > 1 ? tile : 1;
    rest.total = 1;
    for (int i = 0; i < first.shape.rank(); ++i) {
      const std::int64_t length = first.shape.begin()[i];
      if (i == axis || length == 1) continue;
      const std::int64_t step[] = {first.strides[static_cast<std::size_t>(i)],
                                   second.strides[static_cast<std::size_t>(i)]};
      rest.total *= length;
      const int last = rest.rank - 1;
      if (last >= 0 && rest.steps[0][last] == step[0] * length && rest.steps[1][last] == step[1] * length) {
        rest.lengths[last] *= length;
        for (int k = 0; k < 2; ++k) rest.steps[k][last] = step[k];
        continue;
      }
      rest.lengths[rest.rank] = length;
      for (int k = 0; k < 2; ++k) rest.steps[k][rest.rank] = step[k];
      ++rest.rank;
    }
    rest.narrow = rest.total < std::int64_t{1} << 31;
    const std::int64_t lanes = block_threads / static_cast<unsigned>(channels_per_block);
    parts = std::clamp<std::int64_t>(rest.total / (8 * lanes), 1, 64);
  }
  dim3 grid() const {
    return {static_cast<unsigned>((channels + channels_per_block - 1) / channels_per_block),
            static_cast<unsigned>(parts)};
  }
};

// What is summed over a channel.

template <class C>
struct Value {  // x
  template <class T>
  __device__ C operator()(std::int64_t, T x, T) const {
    return static_cast<C>(x);
  }
};
template <class C>
struct SquaredDistance {  // (x - mean)^2
  const C* mean;
  template <class T>
  __device__ C operator()(std::int64_t c, T x, T) const {
    const C d = static_cast<C>(x) - mean[c];
    return d * d;
  }
};
template <class C>
struct Product {  // dy (x - mean)
  ChannelVector mean;
  template <class T>
  __device__ C operator()(std::int64_t c, T dy, T x) const {
    return static_cast<C>(dy) * (static_cast<C>(x) - mean.get<C>(c));
  }
};

/// partial[part * channels + c] = the sum of f over a part of channel c.
template <class T, class C, class F>
__global__ void sum_kernel(ChannelLoops loops, const T* first, const T* second, F f, C* partial) {
  TRIPTYCH_SHARED(sums, C[block_threads]);
  const int width = loops.channels_per_block, thread = static_cast<int>(threadIdx.x);
  const std::int64_t c = static_cast<std::int64_t>(blockIdx.x) * width + thread % width;
  const std::int64_t part = blockIdx.y, begin = loops.rest.total * part / loops.parts,
                     end = loops.rest.total * (part + 1) / loops.parts;
  C sum = 0;
  if (c < loops.channels)
    for (std::int64_t i = begin + thread / width; i < end; i += blockDim.x / width) {
      const auto place = places_of(loops.rest, i);
      sum += f(c, first[place[0] + c * loops.steps[0]], second[place[1] + c * loops.steps[1]]);
    }
  sums[thread] = sum;
  for (int half = static_cast<int>(blockDim.x) / 2; half >= width; half /= 2) {
    __syncthreads();
    if (thread < half) sums[thread] += sums[thread + half];
  }
  if (thread < width && c < loops.channels) partial[part * loops.channels + c] = sums[thread];
}

template <class C>
__device__ C sum_of_parts(const ChannelLoops& loops, const C* partial, std::int64_t c) {
  C sum = 0;
  for (std::int64_t part = 0; part < loops.parts; ++part) sum += partial[part * loops.channels + c];
  return sum;
}

template <class C>
__global__ void mean_kernel(ChannelLoops loops, const C* partial, C* mean) {
  for (std::int64_t c = thread_index(); c < loops.channels; c += thread_count())
    mean[c] = sum_of_parts(loops, partial, c) / static_cast<C>(loops.rest.total);
}

/// The statistics that are left, from the sums of squares; `scale` and `shift` are for the elements.
template <class C>
__global__ void statistics_kernel(ChannelLoops loops, BatchNormAttributes a, const C* partial, const C* mean,
                                  ChannelVector gamma, ChannelVector beta, C* inverse, C* scale, C* shift, bool updates,
                                  ChannelVector running_mean, ChannelVector running_var) {
  const formula::Running<C> next(a);
  const double factor = formula::running_variance_factor(a, loops.rest.total);
  for (std::int64_t c = thread_index(); c < loops.channels; c += thread_count()) {
    const C var = sum_of_parts(loops, partial, c) / static_cast<C>(loops.rest.total);
    inverse[c] = formula::inverse_deviation(var, a);
    scale[c] = gamma.get<C>(c) * inverse[c];
    shift[c] = beta.get<C>(c);
    if (!updates) continue;
    running_mean.set(c, next(running_mean.get<C>(c), mean[c], 1));
    running_var.set(c, next(running_var.get<C>(c), var, factor));
  }
}

template <class C>
__global__ void inference_kernel(std::int64_t channels, BatchNormAttributes a, ChannelVector gamma, ChannelVector beta,
                                 ChannelVector running_mean, ChannelVector running_var, C* mean, C* scale, C* shift) {
  for (std::int64_t c = thread_index(); c < channels; c += thread_count()) {
    mean[c] = running_mean.get<C>(c);
    scale[c] = gamma.get<C>(c) * formula::inverse_deviation(running_var.get<C>(c), a);
    shift[c] = beta.get<C>(c);
  }
}

/// The gradients of gamma and beta, and what the elements' gradients need.
template <class C>
__global__ void grad_kernel(ChannelLoops loops, const C* partial_sums, const C* partial_dots, ChannelVector gamma,
                            ChannelVector mean, ChannelVector inverse, ChannelVector gamma_grad,
                            ChannelVector beta_grad, C* means, C* shift, C* slope, C* scale) {
  const C n = static_cast<C>(loops.rest.total);
  for (std::int64_t c = thread_index(); c < loops.channels; c += thread_count()) {
    const C sum = sum_of_parts(loops, partial_sums, c), dot = sum_of_parts(loops, partial_dots, c);
    const C i = inverse.get<C>(c);
    means[c] = mean.get<C>(c);
    gamma_grad.set(c, dot * i);
    beta_grad.set(c, sum);
    shift[c] = sum / n;
    slope[c] = i * i * (dot / n);
    scale[c] = gamma.get<C>(c) * i;
  }
}

template <class T, class C, class F>
void sum(const KernelCall& call, const ChannelLoops& loops, const Operand& first, const Operand& second, F f,
         C* partial) {
  run(call, sum_kernel<T, C, F>, loops.grid(), block_threads, 0, loops, first.as<const T>(), second.as<const T>(), f,
      partial);
}

int channel_axis(const TensorMeta& x, const BatchNormAttributes& a) {
  return static_cast<int>(a.axis < 0 ? a.axis + x.shape.rank() : a.axis);
}

/// A (C) table under x's shape.
TensorMeta table_meta(const TensorMeta& x, int axis, DType dtype) {
  TensorMeta meta = x;
  meta.strides = {};
  meta.strides[static_cast<std::size_t>(axis)] = 1;
  meta.dtype = dtype;
  return meta;
}

/// y = (x - mean) * scale + shift.
template <class T, class C>
void normalize(const KernelCall& call, const TensorMeta& table, C* mean, C* scale, C* shift) {
  const Operand in[] = {call.inputs[0], {mean, &table}, {scale, &table}, {shift, &table}};
  elementwise<T, T, C, C, C>(KernelCall{call.op, in, call.outputs.first(1), nullptr, nullptr, call.context},
                             formula::Normalized());
}

void batch_norm_run(const KernelCall& call) {
  if (call.prepared) return cudnn_batch_norm(call);
  const auto& a = call.attributes_as<BatchNormAttributes>();
  const Operand& x = call.inputs[0];
  if (x.shape().begin()[channel_axis(*x.meta, a)] == 0) return;
  visit_floating(x.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const int axis = channel_axis(*x.meta, a);
    const ChannelLoops loops(*x.meta, *x.meta, axis);
    const std::int64_t count = loops.channels;
    const Scratch scratch(call.context, static_cast<std::size_t>((loops.parts + 2) * count) * sizeof(C));
    C *scale = scratch.as<C>(), *shift = scale + count, *partial = shift + count;
    C *mean = call.outputs[1].as<C>(), *inverse = call.outputs[2].as<C>();
    const bool updates = call.inputs.size() == 5;
    const Operand &running_mean = call.inputs[updates ? 3 : 1], &running_var = call.inputs[updates ? 4 : 1];
    sum<T>(call, loops, x, x, Value<C>(), partial);
    run(call, mean_kernel<C>, blocks_for(count), block_threads, 0, loops, partial, mean);
    sum<T>(call, loops, x, x, SquaredDistance<C>{mean}, partial);
    run(call, statistics_kernel<C>, blocks_for(count), block_threads, 0, loops, a, partial, mean, call.inputs[1],
        call.inputs[2], inverse, scale, shift, updates, running_mean, running_var);
    normalize<T>(call, table_meta(*x.meta, axis, dtype_of<C>::value), mean, scale, shift);
  });
}

void batch_norm_inference_run(const KernelCall& call) {
  if (call.prepared) return cudnn_batch_norm(call);
  const auto& a = call.attributes_as<BatchNormAttributes>();
  const Operand& x = call.inputs[0];
  if (x.size() == 0) return;
  visit_floating(x.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const int axis = channel_axis(*x.meta, a);
    const std::int64_t count = x.shape().begin()[axis];
    const Scratch scratch(call.context, static_cast<std::size_t>(3 * count) * sizeof(C));
    C *mean = scratch.as<C>(), *scale = mean + count, *shift = scale + count;
    run(call, inference_kernel<C>, blocks_for(count), block_threads, 0, count, a, call.inputs[1], call.inputs[2],
        call.inputs[3], call.inputs[4], mean, scale, shift);
    normalize<T>(call, table_meta(*x.meta, axis, dtype_of<C>::value), mean, scale, shift);
  });
}

void batch_norm_grad_run(const KernelCall& call) {
  if (call.prepared) return cudnn_batch_norm(call);
  const auto& a = call.attributes_as<BatchNormAttributes>();
  const Operand &upstream = call.inputs[0], &x = call.inputs[1];
  if (x.shape().begin()[channel_axis(*x.meta, a)] == 0) return;
  visit_floating(x.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const int axis = channel_axis(*x.meta, a);
    const ChannelLoops loops(*upstream.meta, *x.meta, axis);
    const std::int64_t count = loops.channels;
    const Scratch scratch(call.context, static_cast<std::size_t>((2 * loops.parts + 4) * count) * sizeof(C));
    C *mean = scratch.as<C>(), *shift = mean + count, *slope = shift + count, *scale = slope + count,
      *sums = scale + count, *dots = sums + loops.parts * count;
    sum<T>(call, loops, upstream, x, Value<C>(), sums);
    sum<T>(call, loops, upstream, x, Product<C>{call.inputs[3]}, dots);
    run(call, grad_kernel<C>, blocks_for(count), block_threads, 0, loops, sums, dots, call.inputs[2], call.inputs[3],
        call.inputs[4], call.outputs[1], call.outputs[2], mean, shift, slope, scale);
    const TensorMeta table = table_meta(*x.meta, axis, dtype_of<C>::value);
    const Operand in[] = {upstream, x, {mean, &table}, {shift, &table}, {slope, &table}, {scale, &table}};
    elementwise<T, T, T, C, C, C, C>(KernelCall{call.op, in, call.outputs.first(1), nullptr, nullptr, call.context},
                                     formula::NormalizedGrad());
  });
}

const Kernel batch_norm_kernel{
    .run = batch_norm_run, .prepare = prepare_cudnn_batch_norm, .any_strides = true, .layout = elementwise_layout},
    batch_norm_inference_kernel{.run = batch_norm_inference_run,
                                .prepare = prepare_cudnn_batch_norm,
                                .any_strides = true,
                                .layout = elementwise_layout},
    batch_norm_grad_kernel{.run = batch_norm_grad_run,
                           .prepare = prepare_cudnn_batch_norm,
                           .any_strides = true,
                           .layout = elementwise_layout};

}  // namespace

void register_batch_norm_kernels() {
  register_kernel(batch_norm_op, Device::Type::cuda, batch_norm_kernel);
  register_kernel(batch_norm_inference_op, Device::Type::cuda, batch_norm_inference_kernel);
  register_kernel(batch_norm_grad_op, Device::Type::cuda, batch_norm_grad_kernel);
}

}  // namespace cuda
}  // namespace triptych
