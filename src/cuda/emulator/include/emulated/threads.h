// Which thread is this, and the barrier of its block.
#pragma once

#include <cstddef>

#include "emulated/vector_types.h"

// The scheduler sets these whenever it lets another CUDA thread run. constinit spares each access a call that would ask
// whether they are initialised.
#pragma GCC visibility push(default)  // for kernels that are loaded while the program runs
extern constinit thread_local uint3 threadIdx;
extern constinit thread_local uint3 blockIdx;
extern constinit thread_local dim3 blockDim;
extern constinit thread_local dim3 gridDim;
#pragma GCC visibility pop
inline constexpr int warpSize = 32;

/// Waits until every thread of the block is here. The line is for reports: all must come to the same one.
void __syncthreads(const char* file = __builtin_FILE(), int line = __builtin_LINE());

inline void __threadfence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
inline void __threadfence_block() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

namespace triptych::cuda::emulator {

/// This block's memory of the __shared__ variable that `key` stands for; fresh blocks find it filled with 0xFF bytes.
void* shared_variable(const void* key, std::size_t bytes);
/// The dynamic shared memory that the launch asked for.
void* dynamic_shared_memory();

}  // namespace triptych::cuda::emulator
