#include "cuda/runtime/allocator.h"

#include <algorithm>
#include <string>
#include <vector>

#include "cuda/runtime/check.h"
#include "cuda/runtime/device.h"
#include "cuda/runtime/stream.h"
#include "triptych/core/error.h"

namespace triptych::cuda {

namespace {

// Under AddressSanitizer (on the emulated device) each tensor gets a block of its own, of the exact size, or the spare
// bytes of a larger one would hide an overrun.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool caching = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool caching = false;
#else
constexpr bool caching = true;
#endif
#else
constexpr bool caching = true;
#endif

/// Few sizes, so that a freed block fits the next request: multiples of 512 bytes, of 1/8 of the power of two below
/// them if they are large.
std::size_t round_up(std::size_t bytes) {
  if (!caching) return bytes;
  std::size_t step = 512;
  while (step <= bytes / 16) step *= 2;
  return (bytes + step - 1) / step * step;
}

/// What a graph that this thread captures has taken.
struct Capture {
  CachingAllocator* owner = nullptr;  // null: no capture
  cudaStream_t stream = nullptr;
  std::unordered_map<void*, std::size_t> blocks;
  std::multimap<std::size_t, void*> free;  // for what comes later in the same graph
};
thread_local Capture capture;

}  // namespace

CachingAllocator::~CachingAllocator() { empty_cache(); }

void* CachingAllocator::allocate(std::size_t bytes, cudaStream_t stream) {
  if (bytes == 0) return nullptr;
  std::lock_guard lock(mutex_);
  const std::size_t size = round_up(bytes);
  if (size < bytes || (limit_ > 0 && statistics_.bytes_in_use + size > limit_)) out_of_memory(bytes);
  const bool captured = capture.owner == this;
  if (captured) {
    stream = capture.stream;
    if (const auto found = capture.free.find(size); found != capture.free.end()) {
      void* again = found->second;
      capture.free.erase(found);
      return again;
    }
  }
  void* memory = take_cached(size, stream, !captured);
  if (!memory) {
    DeviceGuard guard(device_);
    cudaError_t status = cudaMalloc(&memory, size);
    if (status == cudaErrorMemoryAllocation && !cached_.empty()) {
      cudaGetLastError();
      release_cached();  // blocks of other sizes may be in the way
      status = cudaMalloc(&memory, size);
    }
    if (status == cudaErrorMemoryAllocation) {
      cudaGetLastError();
      out_of_memory(bytes);
    }
    check(status, "memory", "cudaMalloc");
  }
  used_[memory] = {size, stream};
  if (captured) capture.blocks[memory] = size;
  ++statistics_.allocations;
  statistics_.bytes_in_use += size;
  statistics_.peak_bytes_in_use = std::max(statistics_.peak_bytes_in_use, statistics_.bytes_in_use);
  return memory;
}

void CachingAllocator::free(void* memory) {
  if (memory == nullptr) return;
  if (capture.owner == this)
    if (const auto block = capture.blocks.find(memory); block != capture.blocks.end()) {
      capture.free.emplace(block->second, memory);
      return;
    }
  std::lock_guard lock(mutex_);
  auto found = used_.find(memory);
  if (found == used_.end())
    throw InternalError("memory", "a block is freed that was not allocated here", "cuda:" + std::to_string(device_));
  const Block block = found->second;
  used_.erase(found);
  statistics_.bytes_in_use -= block.bytes;
  if (caching) {
    cached_.insert({block.bytes, {memory, block.stream}});
    statistics_.bytes_cached += block.bytes;
  } else {
    check(cudaFreeAsync(memory, block.stream), "memory", "cudaFreeAsync");
  }
}

void CachingAllocator::begin_capture(cudaStream_t stream) {
  if (capture.owner)
    throw InternalError("memory", "a graph is captured within another", "cuda:" + std::to_string(device_));
  capture.owner = this;
  capture.stream = stream;
}

std::vector<void*> CachingAllocator::end_capture() {
  std::vector<void*> blocks;
  for (const auto& [memory, bytes] : capture.blocks) blocks.push_back(memory);
  capture = {};
  return blocks;
}

void* CachingAllocator::take_cached(std::size_t bytes, cudaStream_t stream, bool may_wait) {
  auto [first, last] = cached_.equal_range(bytes);
  if (first == last) return nullptr;
  auto found = std::find_if(first, last, [&](const auto& entry) { return entry.second.stream == stream; });
  if (found == last) {
    if (!may_wait) return nullptr;
    // Another stream's block: this stream first waits for what that one has in its queue.
    found = first;
    Event event(device_);
    event.record(found->second.stream);
    event.make_wait(stream);
  }
  void* memory = found->second.memory;
  cached_.erase(found);
  statistics_.bytes_cached -= bytes;
  ++statistics_.cache_hits;
  return memory;
}

void CachingAllocator::release_cached() {
  for (const auto& [bytes, block] : cached_) static_cast<void>(cudaFree(block.memory));  // waits for the device itself
  cached_.clear();
  statistics_.bytes_cached = 0;
}

MemoryStatistics CachingAllocator::statistics() const {
  std::lock_guard lock(mutex_);
  return statistics_;
}

void CachingAllocator::reset_statistics() {
  std::lock_guard lock(mutex_);
  statistics_.allocations = statistics_.cache_hits = 0;
  statistics_.peak_bytes_in_use = statistics_.bytes_in_use;
}

void CachingAllocator::empty_cache() {
  std::lock_guard lock(mutex_);
  release_cached();
}

void CachingAllocator::set_limit(std::size_t bytes) {
  std::lock_guard lock(mutex_);
  limit_ = bytes;
}

void CachingAllocator::out_of_memory(std::size_t bytes) const {
  std::string given = "asked for " + std::to_string(bytes) + " bytes with " + std::to_string(statistics_.bytes_in_use) +
                      " in use, " + std::to_string(statistics_.bytes_cached) + " cached, peak " +
                      std::to_string(statistics_.peak_bytes_in_use);
  given += limit_ > 0 ? ", limit " + std::to_string(limit_)
                      : ", of the device's " + std::to_string(device_info(device_).total_bytes);
  throw UnsupportedError(
      "memory", "out of memory on cuda:" + std::to_string(device_), given,
      "Use smaller batches, let go of tensors that are not needed, or raise the limit if there is one");
}

CachingAllocator& allocator(int device) {
  static auto* mutex = new std::mutex;
  static auto* allocators = new std::vector<CachingAllocator*>;  // never destroyed, as tensors may outlive them
  std::lock_guard lock(*mutex);
  if (std::size_t(device) >= allocators->size()) allocators->resize(std::size_t(device) + 1);
  CachingAllocator*& result = (*allocators)[std::size_t(device)];
  if (!result) result = new CachingAllocator(device);
  return *result;
}

}  // namespace triptych::cuda
