#include "cuda/runtime/pinned.h"

#include <algorithm>
#include <bit>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "cuda/runtime/check.h"
#include "cuda/runtime/stream.h"

namespace triptych::cuda {
namespace {

struct Block {
  std::size_t bytes;
  std::vector<std::unique_ptr<Event>> reads;  // copies that may not be done

  bool idle() {
    std::erase_if(reads, [](const auto& read) { return read->is_reached(); });
    return reads.empty();
  }
};

struct Pool {
  std::mutex mutex;
  std::map<const char*, Block> blocks;  // all
  std::multimap<std::size_t, char*> free;
};
/// Never destroyed: tensors with static storage duration may outlive it.
Pool& pool() {
  static auto* value = new Pool;
  return *value;
}

}  // namespace

void* allocate_pinned(std::size_t bytes) {
  const std::size_t size = std::bit_ceil(std::max<std::size_t>(bytes, 512));
  Pool& p = pool();
  std::lock_guard lock(p.mutex);
  const auto [first, last] = p.free.equal_range(size);
  for (auto candidate = first; candidate != last; ++candidate) {
    char* const memory = candidate->second;
    if (!p.blocks.at(memory).idle()) continue;
    p.free.erase(candidate);
    return memory;
  }
  void* memory = nullptr;
  check(cudaMallocHost(&memory, size), "pin_memory", "cudaMallocHost");
  p.blocks.emplace(static_cast<char*>(memory), Block{size, {}});
  return memory;
}

void free_pinned(void* memory) {
  Pool& p = pool();
  std::lock_guard lock(p.mutex);
  p.free.emplace(p.blocks.at(static_cast<char*>(memory)).bytes, static_cast<char*>(memory));
}

void pinned_is_read(const void* memory, int device, cudaStream_t stream) {
  const auto* const at = static_cast<const char*>(memory);
  Pool& p = pool();
  std::lock_guard lock(p.mutex);
  auto block = p.blocks.upper_bound(at);
  if (block == p.blocks.begin() || at >= (--block)->first + block->second.bytes) return;
  block->second.reads.push_back(std::make_unique<Event>(device));
  block->second.reads.back()->record(stream);
}

bool is_pinned(const void* memory) {
  cudaPointerAttributes attributes{};
  check(cudaPointerGetAttributes(&attributes, memory), "is_pinned", "cudaPointerGetAttributes");
  return attributes.type == cudaMemoryTypeHost;
}

}  // namespace triptych::cuda
