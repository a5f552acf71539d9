// The caching allocator for host memory.
#pragma once

#include <cstddef>

namespace triptych {

/// At least `bytes` bytes, 64-byte aligned, uninitialised. Freed blocks are kept by size class, small ones for each
/// thread.
void* cached_allocate(std::size_t bytes);
/// Gives back a block of cached_allocate; `bytes` as asked for.
void cached_free(void* block, std::size_t bytes);

/// Counters that the door adds to.
void count_kernel_launch();
void count_hidden_copy();
void count_donation();
void count_tensor();
void count_node();

}  // namespace triptych
