// Storage: a reference-counted block of memory that tensors view.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "core/tensor/ref.h"
#include "triptych/core/device.h"

namespace triptych {

/// A block of memory. On the CPU header and payload are one block of the caching allocator; a payload elsewhere is its
/// backend's.
struct Storage {
  std::atomic<std::uint32_t> references{1};
  bool owned = true;      // ours to write and to give away; not a feed's, a mapped file's or a caller's
  bool shareable = true;  // false once a writable pointer was handed out: copies are made eagerly then
  Device device;
  std::size_t bytes = 0;  // of the payload
  void* data = nullptr;
  std::atomic<std::uint64_t> generation{0};  // counts writes: keys packed copies
  std::function<void()>* release_foreign = nullptr;

  bool unique() const { return references.load(std::memory_order_acquire) == 1; }
};

/// Uninitialised memory, 64-byte aligned; an Error that says what was asked, held and the peak if there is none.
Ref<Storage> allocate_storage(std::size_t bytes, Device device);
/// Memory of somebody else; `release` is called when the last tensor lets go.
Ref<Storage> foreign_storage(void* data, std::size_t bytes, std::function<void()> release);

void retain(Storage* storage);
void release(Storage* storage);

}  // namespace triptych
