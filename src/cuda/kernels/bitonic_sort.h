// Batcher's bitonic sort: simple, and the same network for any values. n log^2 n steps, of which those that stay within
// a tile of neighbours are done in shared memory.
#pragma once

#include <algorithm>
#include <bit>

#include "core/support/checked.h"
#include "cuda/kernels/run.h"
#include "cuda/kernels/scratch.h"
#include "cuda/shared_memory.h"

namespace triptych::cuda {

/// Rows of `width` keys, a power of two, with the index of each in its row.
template <class Key>
struct SortedRows {
  Key* keys;
  std::int64_t* indices;
  std::int64_t rows, width;
};

/// The usual order: equal keys go by their index.
struct ByKey {
  template <class Key>
  __device__ bool operator()(Key a, std::int64_t index_a, Key b, std::int64_t index_b) const {
    return a < b || (a == b && index_a < index_b);
  }
};

/// Puts the elements at `a` and `b` in this order, or in the opposite one.
template <class Key, class Before>
__device__ void order_pair(Key* keys, std::int64_t* indices, std::int64_t a, std::int64_t b, bool ascending,
                           Before before) {
  const Key key_a = keys[a], key_b = keys[b];
  const std::int64_t index_a = indices[a], index_b = indices[b];
  if (before(key_a, index_a, key_b, index_b) == ascending) return;
  keys[a] = key_b;
  keys[b] = key_a;
  indices[a] = index_b;
  indices[b] = index_a;
}

/// One step: elements that are `distance` apart change places, so that runs of `run` elements become bitonic or sorted.
template <class Key, class Before>
__global__ void bitonic_step(SortedRows<Key> sorted, std::int64_t run, std::int64_t distance, Before before) {
  for (std::int64_t t = thread_index(); t < sorted.rows * sorted.width / 2; t += thread_count()) {
    const std::int64_t a = t / distance * 2 * distance + t % distance;
    order_pair(sorted.keys, sorted.indices, a, a + distance, (a & (sorted.width - 1) & run) == 0, before);
  }
}

inline constexpr std::int64_t bitonic_tile = 2 * block_threads;

/// All steps within tiles, of runs from `first` to `last` elements.
template <class Key, class Before>
__global__ void bitonic_tiles(SortedRows<Key> sorted, std::int64_t first, std::int64_t last, Before before) {
  TRIPTYCH_SHARED(keys, Key[bitonic_tile]);
  TRIPTYCH_SHARED(indices, std::int64_t[bitonic_tile]);
  const std::int64_t total = sorted.rows * sorted.width;
  for (std::int64_t begin = blockIdx.x * bitonic_tile; begin < total; begin += gridDim.x * bitonic_tile) {
    const std::int64_t count = total - begin < bitonic_tile ? total - begin : bitonic_tile;
    for (std::int64_t i = threadIdx.x; i < count; i += block_threads) {
      keys[i] = sorted.keys[begin + i];
      indices[i] = sorted.indices[begin + i];
    }
    __syncthreads();
    const std::int64_t t = threadIdx.x;
    for (std::int64_t run = first; run <= last; run *= 2)
      for (std::int64_t distance = run < bitonic_tile ? run / 2 : bitonic_tile / 2; distance > 0; distance /= 2) {
        const std::int64_t a = t / distance * 2 * distance + t % distance;
        if (a + distance < count)
          order_pair(&keys[0], &indices[0], a, a + distance, ((begin + a) & (sorted.width - 1) & run) == 0, before);
        __syncthreads();
      }
    for (std::int64_t i = threadIdx.x; i < count; i += block_threads) {
      sorted.keys[begin + i] = keys[i];
      sorted.indices[begin + i] = indices[i];
    }
    __syncthreads();
  }
}

inline std::int64_t sorting_width(std::int64_t n) {
  return static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(n)));
}

/// Working memory for the rows of a call; each is filled up to `width` with what comes last.
template <class Key>
struct Sorting {
  SortedRows<Key> sorted;
  Scratch memory;
  Sorting(const RunContext& context, std::int64_t rows, std::int64_t n)
      : sorted{nullptr, nullptr, rows, sorting_width(n)},
        memory(context, bytes_of(sizeof(std::int64_t) + sizeof(Key), rows, sorted.width)) {
    sorted.indices = memory.as<std::int64_t>();
    sorted.keys = reinterpret_cast<Key*>(sorted.indices + rows * sorted.width);
  }
};

template <class Key, class Before = ByKey>
void bitonic_sort(Site site, const SortedRows<Key>& sorted, Before before = {}) {
  const std::int64_t total = sorted.rows * sorted.width;
  const auto tiles = [&](std::int64_t first, std::int64_t last) {
    run(site, bitonic_tiles<Key, Before>, blocks_for(total, bitonic_tile), block_threads, 0, sorted, first, last,
        before);
  };
  if (sorted.width < 2 || total == 0) return;
  tiles(2, std::min(sorted.width, bitonic_tile));
  for (std::int64_t length = 2 * bitonic_tile; length <= sorted.width; length *= 2) {
    for (std::int64_t distance = length / 2; distance >= bitonic_tile; distance /= 2)
      run(site, bitonic_step<Key, Before>, blocks_for(total / 2), block_threads, 0, sorted, length, distance, before);
    tiles(length, length);
  }
}

}  // namespace triptych::cuda
