// Lines along an axis as rows of keys for the bitonic sort.
#pragma once

#include "core/formulas/order.h"
#include "core/kernels/row_layout.h"
#include "core/kernels/strided.h"
#include "cuda/kernels/bitonic_sort.h"
#include "cuda/kernels/width.h"

namespace triptych::cuda {

template <class T>
__global__ void load_keys(Rows rows, const T* x, bool descending, SortedRows<std::uint64_t> sorted) {
  for (std::int64_t t = thread_index(); t < rows.count * sorted.width; t += thread_count()) {
    const std::int64_t row = t / sorted.width, i = t % sorted.width;
    std::uint64_t key = ~std::uint64_t{0};  // what fills a row up comes last, by its index
    if (i < rows.length) {
      key = formula::order_key(x[rows.start(row) + i * rows.step]);
      if (descending) key = ~key;
    }
    sorted.keys[t] = key;
    sorted.indices[t] = i;
  }
}

/// The first `count` elements of each sorted row, and where they were.
template <class Word>
__global__ void take_sorted(Rows rows, SortedRows<std::uint64_t> sorted, std::int64_t count, const Word* x,
                            Word* values, std::int64_t* indices) {
  Rows out = rows;
  out.length = count;
  for (std::int64_t t = thread_index(); t < rows.count * count; t += thread_count()) {
    const std::int64_t row = t / count, i = t % count, place = sorted.indices[row * sorted.width + i];
    const std::int64_t to = out.start(row) + i * out.step;
    values[to] = x[rows.start(row) + place * rows.step];
    if (indices) indices[to] = place;
  }
}

/// The call's first output gets the first `count` elements along `axis` of its sorted input, the second one, if there
/// is one, their places.
inline void sort_lines(const KernelCall& call, std::int64_t axis, bool descending, std::int64_t count) {
  const Operand &in = call.inputs[0], &out = call.outputs[0];
  if (out.size() == 0) return;
  const Rows rows(in.shape(), axis);
  const Sorting<std::uint64_t> sorting(call.context, rows.count, rows.length);
  visit_dtype(in.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    run(call, load_keys<T>, blocks_for(rows.count * sorting.sorted.width), block_threads, 0, rows, in.as<const T>(),
        descending, sorting.sorted);
  });
  bitonic_sort(call, sorting.sorted);
  visit_width(in.dtype(), [&]<class Word>(Word*) {
    run(call, take_sorted<Word>, blocks_for(out.size()), block_threads, 0, rows, sorting.sorted, count,
        in.as<const Word>(), out.as<Word>(),
        call.outputs.size() == 2 ? call.outputs[1].as<std::int64_t>() : static_cast<std::int64_t*>(nullptr));
  });
}

}  // namespace triptych::cuda
