// Host memory that a GPU reads by itself, so that a copy goes on while the host does something else. From a pool, as
// the system takes long to give it.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>

namespace triptych::cuda {

/// At least `bytes` bytes.
void* allocate_pinned(std::size_t bytes);
/// Gives back what allocate_pinned gave; it is handed out again when the copies that still read it are done.
void free_pinned(void* memory);
/// What was put into `stream` so far reads the block that `memory` lies in, if it is of the pool.
void pinned_is_read(const void* memory, int device, cudaStream_t stream);
/// Pinned, by whoever.
bool is_pinned(const void* memory);

}  // namespace triptych::cuda
