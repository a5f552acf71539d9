// Which thread of a one-dimensional grid this is.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

namespace triptych::cuda {

/// The index of this thread in a one-dimensional grid, and how many threads there are.
__device__ inline std::int64_t thread_index() {
  return static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}
__device__ inline std::int64_t thread_count() { return static_cast<std::int64_t>(gridDim.x) * blockDim.x; }

}  // namespace triptych::cuda
