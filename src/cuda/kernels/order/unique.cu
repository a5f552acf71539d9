#include "core/formulas/elements.h"
#include "core/formulas/order.h"
#include "cuda/kernels/bitonic_sort.h"
#include "cuda/kernels/compact.h"
#include "cuda/kernels/width.h"

namespace triptych {

extern const Op row_order_op, unique_consecutive_op;

namespace cuda {
namespace {

/// A tensor as rows along its first axis.
template <class T>
struct RowsOf {
  const T* x;
  std::int64_t count, length = 1;

  explicit RowsOf(const Operand& in) : x(in.as<const T>()), count(in.shape()[0]) {
    for (int axis = 1; axis < in.shape().rank(); ++axis) length *= in.shape()[axis];
  }
};

template <class F>
void visit_rows(const Operand& x, F f) {
  visit_dtype(x.dtype(), [&](auto* type) { f(RowsOf<std::remove_pointer_t<decltype(type)>>(x)); });
}

// --- row_order ------------------------------------------------------------------------------------------------------

/// Lexicographic order of the rows that keys name; what fills the sorting up comes last.
template <class T>
struct RowBefore {
  RowsOf<T> rows;
  __device__ bool operator()(std::int64_t a, std::int64_t, std::int64_t b, std::int64_t) const {
    for (std::int64_t k = 0; k < rows.length && a < rows.count && b < rows.count; ++k) {
      const auto left = formula::order_key(rows.x[a * rows.length + k]);
      const auto right = formula::order_key(rows.x[b * rows.length + k]);
      if (left != right) return left < right;
    }
    return a < b;
  }
};

__global__ void number_rows(SortedRows<std::int64_t> sorted) {
  for (std::int64_t i = thread_index(); i < sorted.width; i += thread_count()) sorted.keys[i] = sorted.indices[i] = i;
}

void row_order_run(const KernelCall& call) {
  const std::int64_t n = call.outputs[0].size();
  if (n == 0) return;
  const Sorting<std::int64_t> sorting(call.context, 1, n);
  run(call, number_rows, blocks_for(sorting.sorted.width), block_threads, 0, sorting.sorted);
  visit_rows(call.inputs[0],
             [&]<class T>(const RowsOf<T>& rows) { bitonic_sort(call, sorting.sorted, RowBefore<T>{rows}); });
  check(
      cudaMemcpyAsync(call.outputs[0].data, sorting.sorted.indices, static_cast<std::size_t>(n) * sizeof(std::int64_t),
                      cudaMemcpyDeviceToDevice, static_cast<cudaStream_t>(call.context.stream)),
      call.op.name, "cudaMemcpyAsync", call.context.where);
}

// --- unique_consecutive ---------------------------------------------------------------------------------------------

/// Whether row i differs from the one before it; NaN differs from everything.
template <class T>
struct IsNew {
  RowsOf<T> rows;
  __device__ bool operator()(std::int64_t i) const {
    for (std::int64_t k = i * rows.length; k < (i + 1) * rows.length; ++k)
      if (i == 0 || static_cast<compute_type<T>>(rows.x[k]) != static_cast<compute_type<T>>(rows.x[k - rows.length]))
        return true;
    return i == 0;
  }
};

struct NoteStart {
  std::int64_t* starts;
  __device__ void operator()(std::int64_t i, std::int64_t number) const { starts[number] = i; }
};

template <class Word>
__global__ void copy_rows(const Word* x, const std::int64_t* starts, std::int64_t count, std::int64_t length,
                          Word* out) {
  for (std::int64_t t = thread_index(); t < count * length; t += thread_count())
    out[t] = x[starts[t / length] * length + t % length];
}

__global__ void count_repeats(const std::int64_t* starts, std::int64_t count, std::int64_t n, std::int64_t* counts) {
  for (std::int64_t i = thread_index(); i < count; i += thread_count())
    counts[i] = (i + 1 < count ? starts[i + 1] : n) - starts[i];
}

/// The number of the run that each row is in: the last that does not start behind it.
__global__ void number_of_run(const std::int64_t* starts, std::int64_t count, std::int64_t n, std::int64_t* numbers) {
  for (std::int64_t i = thread_index(); i < n; i += thread_count()) {
    std::int64_t first = 0, last = count;
    while (last - first > 1) {
      const std::int64_t middle = (first + last) / 2;
      (starts[middle] <= i ? first : last) = middle;
    }
    numbers[i] = first;
  }
}

void unique_consecutive_measure(const MeasureCall& call) {
  visit_rows(call.inputs[0], [&]<class T>(const RowsOf<T>& rows) {
    const std::int64_t count = count_chosen(as_kernel_call(call), rows.count, IsNew<T>{rows});
    call.outputs[0].shape.set(0, count);
    if (call.outputs.size() == 3) call.outputs[2].shape.set(0, count);
  });
}

void unique_consecutive_run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &out = call.outputs[0];
  const std::int64_t n = x.shape()[0], count = out.shape()[0];
  if (count == 0) return;
  const Scratch memory(call.context, static_cast<std::size_t>(count) * sizeof(std::int64_t));
  auto* starts = memory.as<std::int64_t>();
  visit_rows(x, [&]<class T>(const RowsOf<T>& rows) { for_each_chosen(call, n, IsNew<T>{rows}, NoteStart{starts}); });
  if (out.size() > 0)
    visit_width(x.dtype(), [&]<class Word>(Word*) {
      run(call, copy_rows<Word>, blocks_for(out.size()), block_threads, 0, x.as<const Word>(), starts, count,
          out.size() / count, out.as<Word>());
    });
  if (call.outputs.size() == 1) return;
  run(call, number_of_run, blocks_for(n), block_threads, 0, starts, count, n, call.outputs[1].as<std::int64_t>());
  run(call, count_repeats, blocks_for(count), block_threads, 0, starts, count, n, call.outputs[2].as<std::int64_t>());
}

const Kernel row_order_kernel{.run = row_order_run},
    unique_consecutive_kernel{.run = unique_consecutive_run, .measure = unique_consecutive_measure};

}  // namespace

void register_unique_kernels() {
  register_kernel(row_order_op, Device::Type::cuda, row_order_kernel);
  register_kernel(unique_consecutive_op, Device::Type::cuda, unique_consecutive_kernel);
}

}  // namespace cuda
}  // namespace triptych
