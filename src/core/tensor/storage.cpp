#include "core/tensor/storage.h"

#include <cstdio>
#include <exception>
#include <memory>
#include <new>
#include <utility>

#include "core/dispatch/backend.h"
#include "core/memory/allocator.h"
#include "core/support/span.h"

namespace triptych {
namespace {

// Two cache lines, so that the payload behind the header stays aligned.
constexpr std::size_t header_bytes = 128;
static_assert(sizeof(Storage) <= header_bytes);

/// A generation that no storage in the same place had before, nor soon will: far from those of others.
std::uint64_t first_generation() {
  static std::atomic<std::uint64_t> threads{0};
  constexpr std::uint64_t stride = 0x9e3779b97f4a7c15;  // odd, so that all 2^64 come before one comes again
  thread_local std::uint64_t next = (threads.fetch_add(1, std::memory_order_relaxed) << 40) * stride;
  return next += stride;
}

/// Where the last tensor lets go nobody can catch anything.
void call_release(const std::function<void()>& release) noexcept {
  if (!release) return;
  const char* rule = "[from_blob] warning: release threw an exception";
  try {
    release();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", rule, error.what());
  } catch (...) {
    std::fprintf(stderr, "%s.\n", rule);
  }
}

}  // namespace

Ref<Storage> allocate_storage(std::size_t bytes, Device device) {
  const bool on_cpu = device.type == Device::Type::cpu;
  void* block = cached_allocate(on_cpu ? header_bytes + bytes : header_bytes);
  auto* storage = new (block) Storage;
  storage->bytes = bytes;
  storage->data = static_cast<char*>(block) + header_bytes;
  storage->generation.store(first_generation(), std::memory_order_relaxed);
  Ref<Storage> result = Ref<Storage>::adopt(storage);
  if (on_cpu) return result;
  storage->bytes = 0;  // a header alone, should the device have no memory
  storage->data = backend_of(device).allocate(bytes, device.index);
  storage->device = device;
  storage->bytes = bytes;
  if (recording_memory.load(std::memory_order_relaxed)) [[unlikely]]
    note_memory(static_cast<std::int64_t>(bytes), device);
  return result;
}

Ref<Storage> foreign_storage(void* data, std::size_t bytes, std::function<void()> release) {
  // `release` is called for a tensor that there was, not for one that failed.
  auto call = std::make_unique<std::function<void()>>(std::move(release));
  auto* storage = new (cached_allocate(header_bytes)) Storage;
  storage->owned = false;
  storage->bytes = bytes;
  storage->data = data;
  storage->release_foreign = call.release();
  return Ref<Storage>::adopt(storage);
}

void retain(Storage* storage) { storage->references.fetch_add(1, std::memory_order_relaxed); }

void release(Storage* storage) {
  // Who holds the only reference needs no locked instruction to give it up.
  if (!storage->unique() && storage->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  std::size_t block_bytes = header_bytes;
  if (storage->release_foreign) {
    call_release(*storage->release_foreign);
    delete storage->release_foreign;
  } else if (storage->device.type == Device::Type::cpu) {
    block_bytes += storage->bytes;
  } else {
    if (recording_memory.load(std::memory_order_relaxed)) [[unlikely]]
      note_memory(-static_cast<std::int64_t>(storage->bytes), storage->device);
    backend_of(storage->device).free(storage->data, storage->device.index);
  }
  storage->~Storage();
  cached_free(storage, block_bytes);
}

}  // namespace triptych
