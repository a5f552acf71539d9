// The caching allocator: size classes an eighth of a power of two apart; small blocks in free lists of the thread,
// large ones in lists that all threads share. Fresh pages cost more than most kernels that write them, so nothing goes
// back to the system before empty_cache().
#include "core/memory/allocator.h"

#include <sys/sysinfo.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>

#include "core/memory/totals.h"
#include "core/support/fork.h"
#include "core/support/span.h"
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
constexpr std::size_t thread_cache_bytes = 512 * 1024;  // of each small class: the tape of some thousand small ops

/// Counters of one thread: only it writes them, so that counting costs no locked instruction. `late` ones belong to all
/// threads that have ended, and count what their last destructors do. What follows from others is not counted: hits are
/// allocations that were no misses, cached bytes are those of the system's that are not in use.
struct ThreadCounters {
  std::atomic<std::int64_t> allocations{0}, misses{0}, launches{0}, copies{0}, donations{0}, tensors{0}, nodes{0},
      kernel_ns{0}, allocated{0};
  std::atomic<std::int64_t> held{0};    // bytes that are the system's: in use, or cached
  std::atomic<std::int64_t> in_use{0};  // what is not yet part of the process's figure
  bool late = false;
  ThreadCounters* next = nullptr;
};
using Counter = std::atomic<std::int64_t> ThreadCounters::*;
constexpr Counter all_kinds[] = {&ThreadCounters::allocations, &ThreadCounters::misses,    &ThreadCounters::launches,
                                 &ThreadCounters::copies,      &ThreadCounters::donations, &ThreadCounters::tensors,
                                 &ThreadCounters::nodes,       &ThreadCounters::kernel_ns, &ThreadCounters::allocated,
                                 &ThreadCounters::held,        &ThreadCounters::in_use};

std::atomic<bool> kernel_timing{false}, poisoning{false};
std::atomic<std::int64_t> failure_in{0};  // so many allocations from now; 0: never

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void bump(ThreadCounters& own, Counter kind, std::int64_t by) {
  std::atomic<std::int64_t>& counter = own.*kind;
  if (own.late) [[unlikely]]
    counter.fetch_add(by, std::memory_order_relaxed);
  else
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

/// The counters of all threads. Never destroyed: tensors with static storage duration may outlive it.
struct Counted {
  std::mutex mutex;
  ThreadCounters late;
  ThreadCounters* first = &late;  // threads that are alive, and in the end `late`
};
Counted& counted() {
  static auto* all = [] {
    auto* made = new Counted;
    made->late.late = true;
    hold_during_fork(made->mutex, LockFloor::allocator);
    return made;
  }();
  return *all;
}

constinit thread_local ThreadCounters* own_counters = nullptr;
void register_closer();

[[gnu::noinline]] void start_counting() {
  auto own = std::make_unique<ThreadCounters>();
  register_closer();
  Counted& all = counted();
  std::lock_guard lock(all.mutex);
  own->next = all.first;
  all.first = own_counters = own.release();
}

ThreadCounters& counters() {
  if (!own_counters) [[unlikely]]
    start_counting();
  return *own_counters;
}

/// A thread ends: its counts pass to the late ones, so that there are as many counters as threads.
void fold_counters() {
  if (!own_counters) return;
  Counted& all = counted();
  std::lock_guard lock(all.mutex);
  for (const Counter kind : all_kinds) all.late.*kind += own_counters->*kind;
  ThreadCounters** link = &all.first;
  while (*link != own_counters) link = &(*link)->next;
  *link = own_counters->next;
  delete std::exchange(own_counters, &all.late);
}

std::int64_t total(Counter kind) {
  Counted& all = counted();
  std::lock_guard lock(all.mutex);
  std::int64_t sum = 0;
  for (ThreadCounters* c = all.first; c; c = c->next) sum += (c->*kind).load(std::memory_order_relaxed);
  return sum;
}

// Bytes in use are gathered from the threads whenever one's share grows past this; the peak is known to that precision.
constexpr std::int64_t flush_bytes = 64 * 1024;
constinit std::atomic<std::int64_t> in_use{0}, in_use_at_reset{0}, peak{0}, limit{0};

void raise_peak(std::int64_t held) {
  std::int64_t highest = peak.load(std::memory_order_relaxed);
  while (held > highest && !peak.compare_exchange_weak(highest, held, std::memory_order_relaxed)) {
  }
}

/// What count_bytes does, into the process's figure.
[[gnu::noinline]] bool count_together(ThreadCounters& own, std::int64_t bytes) {
  if (own.late) {  // of several threads
    in_use.fetch_add(bytes, std::memory_order_relaxed);
    return true;
  }
  const std::int64_t pending = own.in_use.load(std::memory_order_relaxed) + bytes;
  const std::int64_t held = in_use.fetch_add(pending, std::memory_order_relaxed) + pending;
  own.in_use.store(0, std::memory_order_relaxed);
  if (const std::int64_t most = limit.load(std::memory_order_relaxed); bytes > 0 && most && held > most) {
    in_use.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
  }
  raise_peak(held);
  return true;
}

/// Counts `bytes` more (or fewer) in use; false, and nothing counted, if that would pass the limit.
bool count_bytes(ThreadCounters& own, std::int64_t bytes) {
  const std::int64_t pending = own.in_use.load(std::memory_order_relaxed) + bytes;
  if (pending >= flush_bytes || pending <= -flush_bytes || own.late || limit.load(std::memory_order_relaxed))
      [[unlikely]]
    return count_together(own, bytes);
  own.in_use.store(pending, std::memory_order_relaxed);
  return true;
}

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
  std::uint32_t bytes[small_classes + 1];
  bool closed;
};
constinit thread_local ThreadCache thread_cache{};

struct ThreadCloser {
  ~ThreadCloser() {
    thread_cache.closed = true;
    for (std::size_t i = 0; i <= small_classes; ++i) {
      while (FreeBlock* block = thread_cache.lists[i]) {
        thread_cache.lists[i] = block->next;
        bump(counters(), &ThreadCounters::held, -static_cast<std::int64_t>(i * alignment));
        std::free(block);
      }
    }
    fold_counters();
  }
};

void register_closer() {
  static thread_local ThreadCloser closer;
  static_cast<void>(closer);
}

/// Lists of large free blocks, linked through the blocks: giving one back needs no memory. Never destroyed, as above.
struct SharedCache {
  /// Eight size classes for each power of two.
  static constexpr std::size_t classes = 8 * std::numeric_limits<std::size_t>::digits;
  std::mutex mutex;
  FreeBlock* lists[classes] = {};

  static std::size_t class_of(std::size_t size) {
    const auto power = static_cast<std::size_t>(std::bit_width(size)) - 1;
    return 8 * power + (size - (std::size_t{1} << power)) / (std::size_t{1} << power >> 3);
  }
  static std::size_t size_of_class(std::size_t index) {
    const std::size_t power = std::size_t{1} << index / 8;
    return power + index % 8 * (power / 8);
  }
};
SharedCache& shared_cache() {
  static auto* cache = [] {
    auto* made = new SharedCache;
    hold_during_fork(made->mutex, LockFloor::allocator);
    return made;
  }();
  return *cache;
}

[[noreturn]] void out_of_memory(std::size_t bytes) {
  const Statistics now = statistics();
  throw UnsupportedError("memory", "out of memory on cpu",
                         "asked for " + std::to_string(bytes) + " bytes with " + std::to_string(now.bytes_in_use) +
                             " in use, " + std::to_string(now.bytes_cached) + " cached, peak " +
                             std::to_string(now.peak_bytes_in_use),
                         "Use smaller batches, let go of tensors that are not needed, or raise the limit of "
                         "set_memory_limit()");
}

/// `size` bytes, of which `bytes` are asked for: all that a sanitizer is told of, so that it sees what lies behind
/// them.
void* system_allocate([[maybe_unused]] std::size_t size, [[maybe_unused]] std::size_t bytes) {
#ifdef TRIPTYCH_NO_CACHE
  void* block = nullptr;
  return posix_memalign(&block, alignment, std::max<std::size_t>(bytes, 1)) == 0 ? block : nullptr;
#else
  void* block = std::aligned_alloc(alignment, size);
  if (block) return block;
  empty_cache();
  return std::aligned_alloc(alignment, size);
#endif
}

}  // namespace

// A system that promises more kills the process when it is used.
std::size_t machine_memory() {
  static const std::size_t bytes = [] {
    struct sysinfo about {};
    constexpr std::size_t limit = std::size_t{1} << 46;
    if (::sysinfo(&about) != 0) return limit;
    return std::min(limit, (std::size_t{about.totalram} + about.totalswap) * about.mem_unit);
  }();
  return bytes;
}

namespace {

bool failure_is_due() {
  return failure_in.load(std::memory_order_relaxed) > 0 && failure_in.fetch_sub(1, std::memory_order_relaxed) == 1;
}

void* take_block(std::size_t bytes) {
  constexpr std::size_t of_any_machine = std::size_t{1} << 26;
  if (bytes > of_any_machine && bytes > machine_memory()) [[unlikely]]
    out_of_memory(bytes);
  const std::size_t size = round_up(bytes);
  const auto signed_size = static_cast<std::int64_t>(size);
  ThreadCounters& own = counters();
  if (failure_is_due() || !count_bytes(own, signed_size)) [[unlikely]]
    out_of_memory(bytes);
  bump(own, &ThreadCounters::allocations, 1);
  bump(own, &ThreadCounters::allocated, signed_size);
  void* block = nullptr;
  if (caching && size <= small_limit) {
    FreeBlock*& list = thread_cache.lists[size / alignment];
    if ((block = list)) {
      list = list->next;
      thread_cache.bytes[size / alignment] -= static_cast<std::uint32_t>(size);
    }
  } else if (caching) {
    SharedCache& cache = shared_cache();
    std::lock_guard lock(cache.mutex);
    FreeBlock*& list = cache.lists[SharedCache::class_of(size)];
    if ((block = list)) list = list->next;
  }
  if (block) return block;
  bump(own, &ThreadCounters::misses, 1);
  block = system_allocate(size, bytes);
  if (!block) {
    count_bytes(own, -signed_size);
    bump(own, &ThreadCounters::allocated, -signed_size);
    out_of_memory(bytes);
  }
  bump(own, &ThreadCounters::held, signed_size);
  return block;
}

}  // namespace

void* cached_allocate(std::size_t bytes) {
  void* block = take_block(bytes);
  if (recording_memory.load(std::memory_order_relaxed)) [[unlikely]]
    note_memory(static_cast<std::int64_t>(round_up(bytes)), {});
  if (poisoning.load(std::memory_order_relaxed)) [[unlikely]]
    std::memset(block, 0xff, bytes);
  return block;
}

void poison_new_blocks(bool on) { poisoning = on; }
void fail_allocation(std::int64_t number) { failure_in = number; }

void cached_free(void* block, std::size_t bytes) {
  const std::size_t size = round_up(bytes);
  const auto signed_size = static_cast<std::int64_t>(size);
  count_bytes(counters(), -signed_size);
  if (recording_memory.load(std::memory_order_relaxed)) [[unlikely]]
    note_memory(-signed_size, {});
  if (caching && size > small_limit) {
    SharedCache& cache = shared_cache();
    std::lock_guard lock(cache.mutex);
    FreeBlock*& list = cache.lists[SharedCache::class_of(size)];
    list = new (block) FreeBlock{list};
    return;
  }
  const std::size_t index = size / alignment;
  if (caching && !thread_cache.closed && thread_cache.bytes[index] < thread_cache_bytes) {
    thread_cache.lists[index] = new (block) FreeBlock{thread_cache.lists[index]};
    thread_cache.bytes[index] += static_cast<std::uint32_t>(size);
    return;
  }
  bump(counters(), &ThreadCounters::held, -signed_size);
  std::free(block);
}

bool kernel_timing_enabled() { return kernel_timing.load(std::memory_order_relaxed); }

KernelLaunch::KernelLaunch() : start_(kernel_timing_enabled() ? now_ns() : 0) {}

KernelLaunch::~KernelLaunch() {
  ThreadCounters& own = counters();
  bump(own, &ThreadCounters::launches, 1);
  if (start_) [[unlikely]]
    bump(own, &ThreadCounters::kernel_ns, now_ns() - start_);
}

void count_hidden_copy() { bump(counters(), &ThreadCounters::copies, 1); }
void count_donation() { bump(counters(), &ThreadCounters::donations, 1); }
void count_tensor() { bump(counters(), &ThreadCounters::tensors, 1); }
void count_node() { bump(counters(), &ThreadCounters::nodes, 1); }

std::size_t counted_threads() {
  Counted& all = counted();
  std::lock_guard lock(all.mutex);
  std::size_t count = 0;
  for (ThreadCounters* c = all.first; c != &all.late; c = c->next) ++count;
  return count;
}

namespace {

std::int64_t bytes_in_use() { return in_use.load() + total(&ThreadCounters::in_use); }

}  // namespace

Statistics statistics() {
  const std::int64_t used = bytes_in_use(), allocations = total(&ThreadCounters::allocations);
  raise_peak(used);
  return {.bytes_in_use = used,
          .peak_bytes_in_use = peak,
          .bytes_cached = total(&ThreadCounters::held) - used,
          .allocations = allocations,
          .cache_hits = allocations - total(&ThreadCounters::misses),
          .kernel_launches = total(&ThreadCounters::launches),
          .hidden_copies = total(&ThreadCounters::copies),
          .donations = total(&ThreadCounters::donations),
          .tensors = total(&ThreadCounters::tensors),
          .nodes = total(&ThreadCounters::nodes),
          .kernel_nanoseconds = total(&ThreadCounters::kernel_ns)};
}

AllocationTotals allocation_totals() {
  const std::int64_t allocated = total(&ThreadCounters::allocated);
  return {.allocated = allocated, .freed = allocated - (bytes_in_use() - in_use_at_reset)};
}

void reset_statistics() {
  peak = in_use_at_reset = bytes_in_use();
  Counted& all = counted();
  std::lock_guard lock(all.mutex);
  for (ThreadCounters* c = all.first; c; c = c->next)
    for (const Counter kind : all_kinds)
      if (kind != &ThreadCounters::held && kind != &ThreadCounters::in_use) c->*kind = 0;
}

void empty_cache() {
  ThreadCounters& own = counters();  // before the lock, as it may take one
  SharedCache& cache = shared_cache();
  std::lock_guard lock(cache.mutex);
  for (std::size_t i = 0; i < SharedCache::classes; ++i)
    while (FreeBlock* block = cache.lists[i]) {
      cache.lists[i] = block->next;
      std::free(block);
      bump(own, &ThreadCounters::held, -static_cast<std::int64_t>(SharedCache::size_of_class(i)));
    }
}

void set_kernel_timing(bool on) { kernel_timing = on; }
void check_memory_limit(std::int64_t bytes, Location where) {
  if (bytes < 0)
    throw ArgumentError("set_memory_limit", "the limit is negative", std::to_string(bytes), "0 takes it away", where);
}
void set_memory_limit(std::int64_t bytes, Location where) {
  check_memory_limit(bytes, where);
  limit = bytes;
}

}  // namespace triptych
