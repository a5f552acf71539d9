// Batcher's bitonic sort: simple, and the same network for any values. n log^2 n steps.
#pragma once

#include <bit>

#include "cuda/kernels/run.h"

namespace triptych::cuda {

/// Rows of `width` keys, a power of two, with the index of each in its row: equal keys go by their index.
template <class Key>
struct SortedRows {
  Key* keys;
  std::int64_t* indices;
  std::int64_t rows, width;
};

/// One step: elements that are `distance` apart change places, so that runs of `run` elements become bitonic or sorted.
template <class Key>
__global__ void bitonic_step(SortedRows<Key> sorted, std::int64_t run, std::int64_t distance) {
  for (std::int64_t t = thread_index(); t < sorted.rows * sorted.width / 2; t += thread_count()) {
    const std::int64_t a = t / distance * 2 * distance + t % distance, b = a + distance;
    const bool ascending = (a & (sorted.width - 1) & run) == 0;
    const Key key_a = sorted.keys[a], key_b = sorted.keys[b];
    const std::int64_t index_a = sorted.indices[a], index_b = sorted.indices[b];
    const bool ordered = key_a < key_b || (key_a == key_b && index_a < index_b);
    if (ordered == ascending) continue;
    sorted.keys[a] = key_b;
    sorted.keys[b] = key_a;
    sorted.indices[a] = index_b;
    sorted.indices[b] = index_a;
  }
}

inline std::int64_t sorting_width(std::int64_t n) {
  return static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(n)));
}

template <class Key>
void bitonic_sort(Site site, const SortedRows<Key>& sorted) {
  for (std::int64_t length = 2; length <= sorted.width; length *= 2)
    for (std::int64_t distance = length / 2; distance > 0; distance /= 2)
      run(site, bitonic_step<Key>, blocks_for(sorted.rows * sorted.width / 2), block_threads, 0, sorted, length,
          distance);
}

}  // namespace triptych::cuda
