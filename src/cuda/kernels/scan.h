// Running combinations along rows: a team goes along its row in steps of its size.
#pragma once

#include "cuda/kernels/teams.h"

namespace triptych::cuda {

/// What one step of a scan gives each thread: its elements before (`exclusive`), and all of the step.
template <class T>
struct Scanned {
  T exclusive, total;
};

/// Combines the values of a team's threads in the order of their ranks. For all threads of the block, which share
/// `shared`, block_threads values.
template <class T, class Combine>
__device__ Scanned<T> scan_team(const Teams& teams, T value, T identity, Combine combine, T* shared) {
  const Team team = my_team(teams);
  const unsigned step = teams.interleaved ? teams.count : 1, first = threadIdx.x - team.rank * step;
  shared[threadIdx.x] = value;
  __syncthreads();
  for (unsigned distance = 1; distance < teams.size; distance *= 2) {
    const T before = team.rank >= distance ? shared[threadIdx.x - distance * step] : identity;
    __syncthreads();
    shared[threadIdx.x] = value = combine(before, value);
    __syncthreads();
  }
  const Scanned<T> result{team.rank > 0 ? shared[threadIdx.x - step] : identity,
                          shared[first + (teams.size - 1) * step]};
  __syncthreads();
  return result;
}

}  // namespace triptych::cuda
