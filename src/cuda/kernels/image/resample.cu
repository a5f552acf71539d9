// resample and its transpose: a thread for each element of the result. The transpose gathers, too: what an element gets
// comes from new ones in a row, since places grow with them.
#include "core/formulas/elements.h"
#include "core/kernels/image/resampling.h"
#include "cuda/kernels/run.h"
#include "cuda/kernels/width.h"

namespace triptych {

extern const Op resample_op, resample_grad_op;

namespace cuda {
namespace {

/// Elements behind an axis of a row-major tensor.
std::int64_t elements_behind(const Shape& shape, int axis) {
  std::int64_t inner = 1;
  for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape.begin()[i];
  return inner;
}

template <class Word>
__global__ void copy_nearest_kernel(Resampling r, std::int64_t total, std::int64_t inner, const Word* x, Word* y) {
  for (std::int64_t i = thread_index(); i < total; i += thread_count()) {
    const auto span = r.span(i / inner % r.m);
    y[i] = x[(i / inner / r.m * r.n + r.place(span, 0)) * inner + i % inner];
  }
}

template <class T>
__global__ void resample_kernel(Resampling r, std::int64_t total, std::int64_t inner, const T* x, T* y) {
  using C = compute_type<T>;
  for (std::int64_t i = thread_index(); i < total; i += thread_count()) {
    const T* from = x + i / inner / r.m * r.n * inner + i % inner;
    const auto span = r.span(i / inner % r.m);
    C sum = 0;
    for (std::int64_t k = 0; k < span.count; ++k)
      sum += static_cast<C>(r.weight(span, k)) * static_cast<C>(from[r.place(span, k) * inner]);
    y[i] = T(sum);
  }
}

/// The first of the m new elements whose span ends at `place` or later.
__device__ std::int64_t first_over(const Resampling& r, std::int64_t place) {
  std::int64_t low = 0, high = r.m;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    const auto span = r.span(middle);
    if (r.place(span, span.count - 1) < place)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

template <class T>
__global__ void resample_grad_kernel(Resampling r, std::int64_t total, std::int64_t inner, const T* upstream, T* x) {
  using C = compute_type<T>;
  for (std::int64_t i = thread_index(); i < total; i += thread_count()) {
    const std::int64_t place = i / inner % r.n;
    const T* from = upstream + i / inner / r.n * r.m * inner + i % inner;
    C sum = 0;
    for (std::int64_t j = first_over(r, place); j < r.m; ++j) {
      const auto span = r.span(j);
      if (r.place(span, 0) > place) break;
      for (std::int64_t k = 0; k < span.count; ++k)
        if (r.place(span, k) == place) sum += static_cast<C>(r.weight(span, k)) * static_cast<C>(from[j * inner]);
    }
    x[i] = T(sum);
  }
}

void resample_run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &out = call.outputs[0];
  const std::int64_t total = out.size();
  if (total == 0) return;
  const auto& attributes = call.attributes_as<ResampleAttributes>();
  const int axis = normalize_axis(call.op.name, attributes.axis, out.shape().rank());
  const Resampling r(attributes, x.shape().begin()[axis], out.shape().begin()[axis]);
  const std::int64_t inner = elements_behind(out.shape(), axis);
  if (r.is_nearest())
    return visit_width(out.dtype(), [&]<class Word>(Word*) {
      run(call, copy_nearest_kernel<Word>, blocks_for(total), block_threads, 0, r, total, inner, x.as<const Word>(),
          out.as<Word>());
    });
  visit_floating(out.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    run(call, resample_kernel<T>, blocks_for(total), block_threads, 0, r, total, inner, x.as<const T>(), out.as<T>());
  });
}

void resample_grad_run(const KernelCall& call) {
  const Operand &upstream = call.inputs[0], &out = call.outputs[0];
  const std::int64_t total = out.size();
  if (total == 0) return;
  const auto& attributes = call.attributes_as<ResampleAttributes>();
  const int axis = normalize_axis(call.op.name, attributes.axis, out.shape().rank());
  const Resampling r(attributes, out.shape().begin()[axis], upstream.shape().begin()[axis]);
  visit_floating(out.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    run(call, resample_grad_kernel<T>, blocks_for(total), block_threads, 0, r, total,
        elements_behind(out.shape(), axis), upstream.as<const T>(), out.as<T>());
  });
}

const Kernel forward{.run = resample_run}, transpose{.run = resample_grad_run};

}  // namespace

void register_resample_kernels() {
  register_kernel(resample_op, Device::Type::cuda, forward);
  register_kernel(resample_grad_op, Device::Type::cuda, transpose);
}

}  // namespace cuda
}  // namespace triptych
