// Teams: how the threads of a block share rows (of a reduction, of a softmax) and combine their values.
#pragma once

#include <cstring>

#include "cuda/kernels/run.h"
#include "cuda/shared_memory.h"

namespace triptych::cuda {

/// The threads of a block in teams that each work on one row. Sizes are powers of two, a block is whole warps.
struct Teams {
  unsigned size = 32;        // threads of a team
  unsigned count = 1;        // teams of a block
  bool interleaved = false;  // neighbours are of different teams: for rows that lie side by side in memory

  unsigned threads() const { return size * count; }
  std::int64_t blocks(std::int64_t rows) const { return (rows + count - 1) / count; }
};

/// Depends on the numbers alone, and so does the order in which a row's elements are combined.
inline Teams teams_for(std::int64_t rows, std::int64_t length, bool side_by_side) {
  const auto power = [](std::int64_t n, unsigned most) {
    unsigned result = 1;
    while (result < most && result < n) result *= 2;
    return result;
  };
  Teams teams;
  teams.interleaved = side_by_side;
  if (side_by_side) {
    teams.count = power(rows, length < 32 ? block_threads : 32);
    teams.size = power(length, block_threads / teams.count);
  } else {
    teams.size = power(length, length > 1024 || rows < 1024 ? block_threads : 32);
    teams.count = power(rows, block_threads / teams.size);
  }
  teams.count = std::max(teams.count, 32 / std::min(teams.size, 32u));
  return teams;
}

/// In a kernel: this thread's team, and its place in it.
struct Team {
  unsigned number, rank;
};
__device__ inline Team my_team(const Teams& teams) {
  if (teams.interleaved) return {threadIdx.x % teams.count, threadIdx.x / teams.count};
  return {threadIdx.x / teams.size, threadIdx.x % teams.size};
}

/// The value of the lane whose number differs in the bits of `mask`; any trivial type.
template <class T>
__device__ T shuffle_xor(const T& value, int mask) {
  unsigned words[(sizeof(T) + 3) / 4] = {};
  memcpy(words, &value, sizeof value);
  for (unsigned& word : words) word = __shfl_xor_sync(0xFFFFFFFFu, word, mask);
  T result;
  memcpy(&result, words, sizeof result);
  return result;
}

/// Combines one value of each thread of a team; all of them get the result. For all threads of the block, which share
/// `shared`, block_threads values.
template <class T, class Combine>
__device__ T fold_team(const Teams& teams, T value, Combine combine, T* shared) {
  if (teams.size == 1) return value;
  const Team team = my_team(teams);
  if (teams.interleaved) {
    shared[threadIdx.x] = value;
    __syncthreads();
    for (unsigned half = teams.size / 2; half > 0; half /= 2) {
      if (team.rank < half)
        shared[threadIdx.x] = combine(shared[threadIdx.x], shared[threadIdx.x + half * teams.count]);
      __syncthreads();
    }
    value = shared[team.number];
    __syncthreads();
    return value;
  }
  for (unsigned mask = 1; mask < teams.size && mask < 32; mask *= 2) {
    const T other = shuffle_xor(value, static_cast<int>(mask));
    value = team.rank & mask ? combine(other, value) : combine(value, other);  // the same in all lanes
  }
  if (teams.size <= 32) return value;
  const unsigned warps = teams.size / 32, first = team.number * warps;
  if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32] = value;
  __syncthreads();
  value = shared[first];
  for (unsigned warp = 1; warp < warps; ++warp) value = combine(value, shared[first + warp]);
  __syncthreads();
  return value;
}

}  // namespace triptych::cuda
