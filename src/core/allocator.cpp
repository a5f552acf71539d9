// The caching allocator: size classes an eighth of a power of two apart; small blocks in free lists of the thread, large
// ones in lists that all threads share. Fresh pages cost more than most kernels that write them, so nothing goes back to the
// system before empty_cache().
#include "core/allocator.h"

#include <atomic>
#include <bit>
#include <cstdlib>
#include <mutex>
#include <new>
#include <string>
#include <unordered_map>
#include <vector>

#include "triptych/core/error.h"
#include "triptych/core/memory.h"

#if defined(__SANITIZE_ADDRESS__)
#define TRIPTYCH_NO_CACHE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TRIPTYCH_NO_CACHE 1
#endif
#endif

namespace triptych {
namespace {

#ifdef TRIPTYCH_NO_CACHE
constexpr bool caching = false;  // the sanitizer must see each block's true life
#else
constexpr bool caching = true;
#endif

constexpr std::size_t alignment = 64;
constexpr std::size_t small_limit = 4096;
constexpr std::size_t small_classes = small_limit / alignment;
constexpr std::size_t thread_cache_blocks = 64;  // of each small class

struct Counters {
  std::atomic<std::int64_t> in_use{0}, peak{0}, cached{0}, allocations{0}, hits{0}, launches{0}, copies{0}, donations{0};
  std::atomic<std::int64_t> limit{0};
};
constinit Counters counters;

/// Small sizes round up to 64 bytes, large ones to an eighth of their power of two (at most 12.5 % waste).
std::size_t round_up(std::size_t bytes) {
  if (bytes == 0) return alignment;
  if (bytes <= small_limit) return (bytes + alignment - 1) & ~(alignment - 1);
  const std::size_t step = std::bit_floor(bytes) / 8;
  return (bytes + step - 1) & ~(step - 1);
}

struct FreeBlock {
  FreeBlock* next;
};

/// This thread's free lists; plain data, so that tensors destroyed late in the thread's life find it usable.
struct ThreadCache {
  FreeBlock* lists[small_classes + 1];
  std::uint8_t counts[small_classes + 1];
  bool closed;
};
constinit thread_local ThreadCache thread_cache{};

struct ThreadCacheCloser {
  ~ThreadCacheCloser() {
    thread_cache.closed = true;
    for (std::size_t i = 0; i <= small_classes; ++i) {
      while (FreeBlock* block = thread_cache.lists[i]) {
        thread_cache.lists[i] = block->next;
        counters.cached.fetch_sub(static_cast<std::int64_t>(i * alignment), std::memory_order_relaxed);
        std::free(block);
      }
    }
  }
};

void register_closer() {
  static thread_local ThreadCacheCloser closer;
  static_cast<void>(closer);
}

/// Lists of large free blocks. Never destroyed: tensors with static storage duration may outlive it.
struct SharedCache {
  std::mutex mutex;
  std::unordered_map<std::size_t, std::vector<void*>> blocks;
};
SharedCache& shared_cache() {
  static auto* cache = new SharedCache;
  return *cache;
}

[[noreturn]] void out_of_memory(std::size_t bytes) {
  throw UnsupportedError("memory", "out of memory on cpu",
                         "asked for " + std::to_string(bytes) + " bytes with " + std::to_string(counters.in_use.load()) +
                             " in use, " + std::to_string(counters.cached.load()) + " cached, peak " +
                             std::to_string(counters.peak.load()),
                         "Use smaller batches, let go of tensors that are not needed, or raise the limit of "
                         "set_memory_limit()");
}

void* system_allocate(std::size_t size) {
  void* block = std::aligned_alloc(alignment, size);
  if (!block && caching) {
    empty_cache();
    block = std::aligned_alloc(alignment, size);
  }
  return block;
}

}  // namespace

void* cached_allocate(std::size_t bytes) {
  if (bytes > (std::size_t{1} << 46)) out_of_memory(bytes);
  const std::size_t size = round_up(bytes);
  const auto signed_size = static_cast<std::int64_t>(size);
  const std::int64_t held = counters.in_use.fetch_add(signed_size, std::memory_order_relaxed) + signed_size;
  const std::int64_t limit = counters.limit.load(std::memory_order_relaxed);
  if (limit && held > limit) {
    counters.in_use.fetch_sub(signed_size, std::memory_order_relaxed);
    out_of_memory(bytes);
  }
  std::int64_t peak = counters.peak.load(std::memory_order_relaxed);
  while (held > peak && !counters.peak.compare_exchange_weak(peak, held, std::memory_order_relaxed)) {
  }
  counters.allocations.fetch_add(1, std::memory_order_relaxed);
  if (caching) {
    if (size <= small_limit) {
      FreeBlock*& list = thread_cache.lists[size / alignment];
      if (FreeBlock* block = list) {
        list = block->next;
        --thread_cache.counts[size / alignment];
        counters.cached.fetch_sub(signed_size, std::memory_order_relaxed);
        counters.hits.fetch_add(1, std::memory_order_relaxed);
        return block;
      }
    } else {
      SharedCache& cache = shared_cache();
      std::lock_guard lock(cache.mutex);
      if (auto found = cache.blocks.find(size); found != cache.blocks.end() && !found->second.empty()) {
        void* block = found->second.back();
        found->second.pop_back();
        counters.cached.fetch_sub(signed_size, std::memory_order_relaxed);
        counters.hits.fetch_add(1, std::memory_order_relaxed);
        return block;
      }
    }
  }
  void* block = system_allocate(size);
  if (!block) {
    counters.in_use.fetch_sub(signed_size, std::memory_order_relaxed);
    out_of_memory(bytes);
  }
  return block;
}

void cached_free(void* block, std::size_t bytes) {
  const std::size_t size = round_up(bytes);
  const auto signed_size = static_cast<std::int64_t>(size);
  counters.in_use.fetch_sub(signed_size, std::memory_order_relaxed);
  if (caching) {
    if (size > small_limit) {
      SharedCache& cache = shared_cache();
      std::lock_guard lock(cache.mutex);
      cache.blocks[size].push_back(block);
      counters.cached.fetch_add(signed_size, std::memory_order_relaxed);
      return;
    }
    const std::size_t index = size / alignment;
    if (!thread_cache.closed && thread_cache.counts[index] < thread_cache_blocks) {
      register_closer();
      thread_cache.lists[index] = new (block) FreeBlock{thread_cache.lists[index]};
      ++thread_cache.counts[index];
      counters.cached.fetch_add(signed_size, std::memory_order_relaxed);
      return;
    }
  }
  std::free(block);
}

void count_kernel_launch() { counters.launches.fetch_add(1, std::memory_order_relaxed); }
void count_hidden_copy() { counters.copies.fetch_add(1, std::memory_order_relaxed); }
void count_donation() { counters.donations.fetch_add(1, std::memory_order_relaxed); }

Statistics statistics() {
  return {.bytes_in_use = counters.in_use,
          .peak_bytes_in_use = counters.peak,
          .bytes_cached = counters.cached,
          .allocations = counters.allocations,
          .cache_hits = counters.hits,
          .kernel_launches = counters.launches,
          .hidden_copies = counters.copies,
          .donations = counters.donations};
}

void reset_statistics() {
  counters.peak = counters.in_use.load();
  for (auto* counter : {&counters.allocations, &counters.hits, &counters.launches, &counters.copies, &counters.donations})
    *counter = 0;
}

void empty_cache() {
  SharedCache& cache = shared_cache();
  std::lock_guard lock(cache.mutex);
  for (auto& [size, blocks] : cache.blocks) {
    for (void* block : blocks) std::free(block);
    counters.cached.fetch_sub(static_cast<std::int64_t>(size * blocks.size()), std::memory_order_relaxed);
  }
  cache.blocks.clear();
}

void set_memory_limit(std::int64_t bytes) { counters.limit = bytes; }

}  // namespace triptych
