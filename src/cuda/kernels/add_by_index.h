// Adding rows into the rows that indices name: the gradients of embedding and index_select. With atomics where results
// may differ by rounding (Numerics::fast) and the type has them; else each destination looks for what belongs to it, in
// the order of the indices.
#pragma once

#include <string>
#include <type_traits>

#include "core/formulas/elements.h"
#include "cuda/kernels/loaded.h"
#include "cuda/kernels/run.h"
#include "cuda/kernels/scratch.h"
#include "cuda/runtime/fault.h"
#include "triptych/core/error.h"

namespace triptych::cuda {

/// What is summed in. Integers wrap around: they are summed unsigned. Of truths, one is enough.
template <class T>
using added_type =
    std::conditional_t<std::is_integral_v<T> && !std::is_same_v<T, bool>, std::uint64_t, compute_type<T>>;

template <class T>
__device__ added_type<T> as_added(T x) {
  return static_cast<added_type<T>>(static_cast<compute_type<T>>(x));
}
template <class A>
__device__ A add_one(A a, A b) {
  if constexpr (std::is_same_v<A, bool>)
    return a || b;
  else
    return a + b;
}

/// Elements of these dtypes can be added with atomics, to sums in the compute type.
template <class T>
inline constexpr bool has_atomics = std::is_floating_point_v<compute_type<T>>;

template <class From, class To>
__global__ void convert_elements(std::int64_t n, const From* from, To* to) {
  for (std::int64_t i = thread_index(); i < n; i += thread_count())
    to[i] = To(static_cast<compute_type<From>>(from[i]));
}

/// Sums that grow inside of an output, by `add(sums)`: 16-bit floats are added in float32 and rounded at the end.
template <class T, class Add>
void grow_sums(Site site, const Operand& out, Add add) {
  using C = compute_type<T>;
  if constexpr (std::is_same_v<T, C>) {
    add(out.as<T>());
  } else {
    const std::int64_t n = out.size();
    const Scratch wide(site.call.context, static_cast<std::size_t>(n) * sizeof(C));
    run(site, convert_elements<T, C>, blocks_for(n), block_threads, 0, n, out.as<const T>(), wide.as<C>());
    add(wide.as<C>());
    run(site, convert_elements<C, T>, blocks_for(n), block_threads, 0, n, wide.as<const C>(), out.as<T>());
  }
}

/// to[o, index[i], k] += from[o, i, k].
template <class T>
struct IndexedRows {
  const void* index;
  DType index_dtype;
  bool from_the_end;          // negative indices count from there
  std::int64_t skipped = -1;  // this index adds nothing
  FaultReport fault;
  std::int64_t outer, count, length, inner;
  const T* from;
  T* to;

  /// Where index i points to; -1: nowhere.
  __device__ std::int64_t place(std::int64_t i) const {
    std::int64_t given = loaded<std::int64_t>(index, index_dtype, i);
    if (given >= -length && given < 0 && from_the_end) return given + length;
    return in_range(given, length, fault) && given != skipped ? given : -1;
  }
};

template <class T>
__global__ void add_rows_atomically(IndexedRows<T> rows, compute_type<T>* to) {
  const std::int64_t total = rows.outer * rows.count * rows.inner;
  for (std::int64_t t = thread_index(); t < total; t += thread_count()) {
    const std::int64_t k = t % rows.inner, i = t / rows.inner % rows.count, o = t / rows.inner / rows.count;
    const std::int64_t place = rows.place(i);
    if (place >= 0)
      atomicAdd(to + (o * rows.length + place) * rows.inner + k, static_cast<compute_type<T>>(rows.from[t]));
  }
}

inline constexpr std::int64_t add_columns = 128;  // elements of a row that a warp takes

/// A warp for each part of each destination row: its lanes look at 32 indices at once.
template <class T>
__global__ void add_rows_in_order(IndexedRows<T> rows) {
  using A = added_type<T>;
  constexpr int per_lane = static_cast<int>(add_columns / 32);
  const std::int64_t parts = (rows.inner + add_columns - 1) / add_columns, warps = rows.outer * rows.length * parts;
  const auto lane = static_cast<std::int64_t>(threadIdx.x % 32);
  for (std::int64_t w = thread_index() / 32; w < warps; w += thread_count() / 32) {
    const std::int64_t first = w % parts * add_columns + lane, wanted = w / parts % rows.length,
                       o = w / parts / rows.length;
    T* to = rows.to + (o * rows.length + wanted) * rows.inner;
    A sums[per_lane];
    for (int c = 0; c < per_lane; ++c) sums[c] = first + 32 * c < rows.inner ? as_added(to[first + 32 * c]) : A(0);
    for (std::int64_t begin = 0; begin < rows.count; begin += 32) {
      const std::int64_t mine = begin + lane;
      unsigned found = __ballot_sync(0xFFFFFFFFu, mine < rows.count && rows.place(mine) == wanted);
      for (; found != 0; found &= found - 1) {
        const T* from = rows.from + (o * rows.count + begin + __ffs(static_cast<int>(found)) - 1) * rows.inner;
        for (int c = 0; c < per_lane; ++c)
          if (first + 32 * c < rows.inner) sums[c] = add_one(sums[c], as_added(from[first + 32 * c]));
      }
    }
    for (int c = 0; c < per_lane; ++c)
      if (first + 32 * c < rows.inner) to[first + 32 * c] = T(sums[c]);
  }
}

template <class T>
void add_rows(Site site, const IndexedRows<T>& rows) {
  const std::int64_t total = rows.outer * rows.count * rows.inner;
  if (total == 0) return;
  if (rows.length == 0)  // no kernel would look at the indices
    throw ArgumentError(site.call.op.name, "an index is out of range",
                        std::to_string(rows.count) + " indices for an axis of length 0", "", site.call.context.where);
  if constexpr (has_atomics<T>) {
    if (site.call.context.numerics == Numerics::fast)
      return grow_sums<T>(site, site.call.outputs[0], [&](compute_type<T>* sums) {
        run(site, add_rows_atomically<T>, blocks_for(total), block_threads, 0, rows, sums);
      });
  }
  const std::int64_t parts = (rows.inner + add_columns - 1) / add_columns;
  run(site, add_rows_in_order<T>, blocks_for(32 * rows.outer * rows.length * parts), block_threads, 0, rows);
}

}  // namespace triptych::cuda
