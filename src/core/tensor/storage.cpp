#include "core/tensor/storage.h"

#include <new>

#include "core/dispatch/backend.h"
#include "core/memory/allocator.h"

namespace triptych {
namespace {

// Two cache lines, so that the payload behind the header stays aligned.
constexpr std::size_t header_bytes = 128;
static_assert(sizeof(Storage) <= header_bytes);

}  // namespace

Ref<Storage> allocate_storage(std::size_t bytes, Device device) {
  const bool on_cpu = device.type == Device::Type::cpu;
  void* elsewhere = on_cpu ? nullptr : backend_of(device).allocate(bytes, device.index);
  void* block = cached_allocate(on_cpu ? header_bytes + bytes : header_bytes);
  auto* storage = new (block) Storage;
  storage->device = device;
  storage->bytes = bytes;
  storage->data = on_cpu ? static_cast<char*>(block) + header_bytes : elsewhere;
  return Ref<Storage>::adopt(storage);
}

Ref<Storage> foreign_storage(void* data, std::size_t bytes, std::function<void()> release) {
  auto* storage = new (cached_allocate(header_bytes)) Storage;
  storage->owned = false;
  storage->bytes = bytes;
  storage->data = data;
  storage->release_foreign = new std::function<void()>(std::move(release));
  return Ref<Storage>::adopt(storage);
}

void retain(Storage* storage) { storage->references.fetch_add(1, std::memory_order_relaxed); }

void release(Storage* storage) {
  if (storage->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  std::size_t block_bytes = header_bytes;
  if (storage->release_foreign) {
    if (*storage->release_foreign) (*storage->release_foreign)();
    delete storage->release_foreign;
  } else if (storage->device.type == Device::Type::cpu) {
    block_bytes += storage->bytes;
  } else {
    backend_of(storage->device).free(storage->data, storage->device.index);
  }
  storage->~Storage();
  cached_free(storage, block_bytes);
}

}  // namespace triptych
