// The caching allocator for host memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include "triptych/core/location.h"

namespace triptych {

/// At least `bytes` bytes, 64-byte aligned, uninitialised. Freed blocks are kept by size class, small ones for each
/// thread.
void* cached_allocate(std::size_t bytes);
/// Gives back a block of cached_allocate; `bytes` as asked for.
void cached_free(void* block, std::size_t bytes);

/// Bytes of the machine, swap included.
std::size_t machine_memory();

/// ArgumentError for a negative limit.
void check_memory_limit(std::int64_t bytes, Location where);

/// While on, every block is filled with bytes that are NaN in every floating dtype before it is handed out, so that a
/// result that reads what nobody wrote shows. For tests.
void poison_new_blocks(bool on);

/// The `number`-th allocation from now, of any thread, fails as if there were no memory; 0: none. For tests.
void fail_allocation(std::int64_t number);

/// Whether set_kernel_timing is on: a device's queue is waited for after each kernel, so that a clock sees the kernel.
bool kernel_timing_enabled();

/// Counts a kernel launch, and the kernel's time if asked for: stands around the call of a kernel.
class KernelLaunch {
 public:
  KernelLaunch();
  ~KernelLaunch();
  KernelLaunch(const KernelLaunch&) = delete;
  KernelLaunch& operator=(const KernelLaunch&) = delete;

 private:
  std::int64_t start_;  // 0: not timed
};

/// Threads that have counters of their own: those that are alive and have used the library.
std::size_t counted_threads();

/// Counters that the door adds to.
void count_hidden_copy();
void count_donation();
void count_tensor();
void count_node();

}  // namespace triptych
