// The caching allocator for device memory. cudaMalloc and cudaFree wait for the whole device, so freed blocks are kept,
// and handed out again without waiting: work that still uses a block is ahead of its next user in the same stream.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace triptych::cuda {

struct MemoryStatistics {
  std::size_t bytes_in_use = 0;       // handed out now
  std::size_t peak_bytes_in_use = 0;  // the most that was
  std::size_t bytes_cached = 0;       // kept for reuse
  std::int64_t allocations = 0;       // requests
  std::int64_t cache_hits = 0;        // requests served without asking CUDA
};

class CachingAllocator {
 public:
  explicit CachingAllocator(int device) : device_(device) {}
  ~CachingAllocator();
  CachingAllocator(const CachingAllocator&) = delete;
  CachingAllocator& operator=(const CachingAllocator&) = delete;

  /// Uninitialised memory, 256-byte aligned, for work in `stream`; null for 0 bytes. UnsupportedError that says what
  /// was asked, held and the peak if there is none.
  void* allocate(std::size_t bytes, cudaStream_t stream);
  /// Gives a block back. Work already in the stream that it was allocated for may still use it.
  void free(void* block);

  /// Until `end_capture`, what this thread asks for goes into a captured graph, which `stream` will replay: blocks that
  /// it gives back are kept for the graph.
  void begin_capture(cudaStream_t stream);
  /// The blocks that the graph uses: give them back when it goes.
  std::vector<void*> end_capture();

  MemoryStatistics statistics() const;
  /// Sets counters to zero and the peak to what is in use.
  void reset_statistics();
  /// Gives cached blocks back to CUDA.
  void empty_cache();
  /// An allocation that would bring the bytes in use above this fails; 0: no limit.
  void set_limit(std::size_t bytes);

 private:
  struct Block {
    std::size_t bytes;
    cudaStream_t stream;
  };
  struct FreeBlock {
    void* memory;
    cudaStream_t stream;
  };

  void* take_cached(std::size_t bytes, cudaStream_t stream, bool may_wait);
  void release_cached();
  [[noreturn]] void out_of_memory(std::size_t bytes) const;

  const int device_;
  mutable std::mutex mutex_;
  std::unordered_map<void*, Block> used_;
  std::multimap<std::size_t, FreeBlock> cached_;  // by size
  MemoryStatistics statistics_;
  std::size_t limit_ = 0;
};

/// The library's allocator of a device.
CachingAllocator& allocator(int device);

}  // namespace triptych::cuda
