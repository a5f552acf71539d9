// unfold and fold: a thread for each element of the result. A pixel adds up its taps in their order.
#include "core/formulas/elements.h"
#include "core/kernels/image/unfold.h"
#include "cuda/kernels/run.h"
#include "cuda/kernels/width.h"

namespace triptych {

extern const Op unfold_op, unfold_grad_op, fold_op;

namespace cuda {
namespace {

template <class Word>
__global__ void unfold_elements(UnfoldSizes s, std::int64_t total, const Word* x, Word* columns) {
  const std::int64_t kh = s.a.kernel_size[0], kw = s.a.kernel_size[1];
  for (std::int64_t i = thread_index(); i < total; i += thread_count()) {
    const std::int64_t tap = i / s.ow / s.oh, y = s.row(i / s.ow % s.oh, tap / kw % kh),
                       c = s.column(i % s.ow, tap % kw);
    const bool inside = y >= 0 && y < s.h && c >= 0 && c < s.w;
    columns[i] = inside ? x[(tap / kw / kh * s.h + y) * s.w + c] : Word(0);
  }
}

/// The window whose element number `k` is at `place` along an axis; -1: none.
__device__ std::int64_t window_at(const UnfoldSizes& s, std::size_t axis, std::int64_t place, std::int64_t k,
                                  std::int64_t windows) {
  const std::int64_t start = place + s.a.padding[axis] - k * s.a.dilation[axis];
  if (start < 0 || start % s.a.stride[axis] != 0) return -1;
  const std::int64_t window = start / s.a.stride[axis];
  return window < windows ? window : -1;
}

template <class T>
__global__ void fold_elements(UnfoldSizes s, std::int64_t total, const T* columns, T* x) {
  using C = compute_type<T>;
  const std::int64_t kh = s.a.kernel_size[0], kw = s.a.kernel_size[1];
  for (std::int64_t i = thread_index(); i < total; i += thread_count()) {
    const std::int64_t plane = i / s.w / s.h;
    C sum = 0;
    for (std::int64_t p = 0; p < kh; ++p) {
      const std::int64_t oy = window_at(s, 0, i / s.w % s.h, p, s.oh);
      for (std::int64_t q = 0; q < kw && oy >= 0; ++q) {
        const std::int64_t ox = window_at(s, 1, i % s.w, q, s.ow);
        if (ox >= 0) sum += static_cast<C>(columns[(((plane * kh + p) * kw + q) * s.oh + oy) * s.ow + ox]);
      }
    }
    x[i] = T(sum);
  }
}

void unfold_run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &out = call.outputs[0];
  const std::int64_t total = out.size();
  if (total == 0) return;
  const UnfoldSizes s(x.shape(), call.attributes_as<UnfoldAttributes>());
  visit_width(out.dtype(), [&]<class Word>(Word*) {
    run(call, unfold_elements<Word>, blocks_for(total), block_threads, 0, s, total, x.as<const Word>(), out.as<Word>());
  });
}

void fold_run(const KernelCall& call) {
  const Operand &columns = call.inputs[0], &out = call.outputs[0];
  const std::int64_t total = out.size();
  if (total == 0) return;
  const UnfoldSizes s(out.shape(), call.attributes_as<UnfoldAttributes>());
  visit_floating(out.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    run(call, fold_elements<T>, blocks_for(total), block_threads, 0, s, total, columns.as<const T>(), out.as<T>());
  });
}

const Kernel unfold_kernel{.run = unfold_run}, fold_kernel{.run = fold_run};

}  // namespace

void register_unfold_kernels() {
  register_kernel(unfold_op, Device::Type::cuda, unfold_kernel);
  register_kernel(unfold_grad_op, Device::Type::cuda, fold_kernel);
  register_kernel(fold_op, Device::Type::cuda, fold_kernel);
}

}  // namespace cuda
}  // namespace triptych
