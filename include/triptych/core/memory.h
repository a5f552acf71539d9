// Memory and kernel statistics.
#pragma once

#include <cstdint>

#include "triptych/core/device.h"
#include "triptych/core/export.h"
#include "triptych/core/location.h"

namespace triptych {

/// Counters of the whole process since its start or the last reset.
struct Statistics {
  std::int64_t bytes_in_use = 0;       // held by tensors now
  std::int64_t peak_bytes_in_use = 0;  // the most that was
  std::int64_t bytes_cached = 0;       // kept by the allocator for reuse
  std::int64_t allocations = 0;        // requests
  std::int64_t cache_hits = 0;         // requests served without asking the system
  std::int64_t kernel_launches = 0;
  std::int64_t hidden_copies = 0;       // copy-on-write, and copies to make an operand contiguous
  std::int64_t donations = 0;           // outputs that took over an input's buffer
  std::int64_t tensors = 0;             // made, views too
  std::int64_t nodes = 0;               // recorded, or added to graphs
  std::int64_t kernel_nanoseconds = 0;  // spent in kernels, while `set_kernel_timing` is on
};

TRIPTYCH_API Statistics statistics();
/// Sets counters to zero and the peak to what is in use.
TRIPTYCH_API void reset_statistics();
/// Counts the time in kernels too; off at first, since it reads a clock twice for each kernel, and waits for each on a
/// GPU (where a captured step that is replayed counts as one).
TRIPTYCH_API void set_kernel_timing(bool on);
/// Gives cached memory back to the system.
TRIPTYCH_API void empty_cache();
/// An allocation that would bring the bytes in use above this fails with an error; 0: no limit.
/// ArgumentError for a negative one.
TRIPTYCH_API void set_memory_limit(std::int64_t bytes, Location where = Location::here());

/// The same for the memory of one device. Of a GPU, `statistics` knows what concerns memory; the rest is zero.
/// UnsupportedError for a GPU where there is none.
TRIPTYCH_API Statistics statistics(Device device, Location where = Location::here());
TRIPTYCH_API void reset_statistics(Device device, Location where = Location::here());
TRIPTYCH_API void empty_cache(Device device, Location where = Location::here());
TRIPTYCH_API void set_memory_limit(std::int64_t bytes, Device device, Location where = Location::here());

/// Number of threads that a kernel may use; the results do not depend on it. At first the value of
/// TRIPTYCH_NUM_THREADS, else of OMP_NUM_THREADS, else the number of cores that this process may use. Where the system
/// gives the process fewer threads, kernels use those. ArgumentError below 1, and above 1024 on machines of fewer
/// cores.
TRIPTYCH_API void set_num_threads(int count, Location where = Location::here());
TRIPTYCH_API int num_threads();
/// While alive, kernels that this thread starts run on this thread alone (for data workers).
class [[nodiscard]] TRIPTYCH_API SingleThreaded {
 public:
  SingleThreaded();
  ~SingleThreaded();
  SingleThreaded(const SingleThreaded&) = delete;
  SingleThreaded& operator=(const SingleThreaded&) = delete;
};

}  // namespace triptych
