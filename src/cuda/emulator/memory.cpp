#include "cuda/emulator/memory.h"

#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>

#include "cuda/emulator/device.h"
#include "cuda/emulator/error.h"
#include "cuda/emulator/stream.h"

namespace triptych::cuda::emulator {

namespace {

struct Memory {
  std::mutex mutex;
  std::map<const std::byte*, Allocation> allocations;
  std::size_t used[max_devices] = {};
};
Memory& memory() {
  static auto* value = new Memory;
  return *value;
}

cudaError_t allocate(void** pointer, std::size_t bytes, Space space) {
  if (device_count() == 0) return cudaErrorNoDevice;
  if (pointer == nullptr) return cudaErrorInvalidValue;
  *pointer = nullptr;
  if (bytes == 0) return cudaSuccess;
  int device = current_device();
  std::lock_guard lock(memory().mutex);
  std::size_t& used = memory().used[device];
  if (space == Space::device && bytes > device_memory(device) - used) return cudaErrorMemoryAllocation;
  // Of the exact size, so that AddressSanitizer sees each overrun; aligned as CUDA aligns.
  if (posix_memalign(pointer, 256, bytes) != 0) return cudaErrorMemoryAllocation;
  std::memset(*pointer, 0xFF, bytes);  // NaN: what is read before it is written shows
  auto* base = static_cast<std::byte*>(*pointer);
  memory().allocations[base] = {base, bytes, space, device};
  if (space == Space::device) used += bytes;
  return cudaSuccess;
}

cudaError_t release_memory(void* pointer, Space space) {
  std::lock_guard lock(memory().mutex);
  auto found = memory().allocations.find(static_cast<std::byte*>(pointer));
  if (found == memory().allocations.end() || found->second.space != space) return cudaErrorInvalidValue;
  if (space == Space::device) memory().used[found->second.device] -= found->second.bytes;
  memory().allocations.erase(found);
  std::free(pointer);
  return cudaSuccess;
}

bool is_base(const void* pointer, Space space) {
  std::optional<Allocation> allocation = find_allocation(pointer);
  return allocation && allocation->base == pointer && allocation->space == space;
}

}  // namespace

std::optional<Allocation> find_allocation(const void* pointer) {
  std::lock_guard lock(memory().mutex);
  const auto* address = static_cast<const std::byte*>(pointer);
  auto after = memory().allocations.upper_bound(address);
  if (after == memory().allocations.begin()) return std::nullopt;
  const Allocation& allocation = std::prev(after)->second;
  if (address >= allocation.base + allocation.bytes) return std::nullopt;
  return allocation;
}

}  // namespace triptych::cuda::emulator

using namespace triptych::cuda::emulator;

cudaError_t cudaMalloc(void** pointer, std::size_t bytes) { return status(allocate(pointer, bytes, Space::device)); }

cudaError_t cudaFree(void* pointer) {
  if (pointer == nullptr) return cudaSuccess;
  std::optional<Allocation> allocation = find_allocation(pointer);
  if (!allocation) return status(cudaErrorInvalidValue);
  wait_for_device(allocation->device);
  return status(release_memory(pointer, Space::device));
}

cudaError_t cudaMallocAsync(void** pointer, std::size_t bytes, cudaStream_t handle) {
  if (!find_stream(handle)) return status(cudaErrorInvalidResourceHandle);
  return status(allocate(pointer, bytes, Space::device));  // earlier than promised, which no program can tell
}

cudaError_t cudaFreeAsync(void* pointer, cudaStream_t handle) {
  Stream stream = find_stream(handle);
  if (!stream) return status(cudaErrorInvalidResourceHandle);
  if (pointer == nullptr) return cudaSuccess;
  if (!is_base(pointer, Space::device)) return status(cudaErrorInvalidValue);
  submit(stream, [=] { release_memory(pointer, Space::device); });
  return cudaSuccess;
}

cudaError_t cudaMallocHost(void** pointer, std::size_t bytes) {
  return status(allocate(pointer, bytes, Space::pinned));
}

cudaError_t cudaFreeHost(void* pointer) {
  if (pointer == nullptr) return cudaSuccess;
  std::optional<Allocation> allocation = find_allocation(pointer);
  if (!allocation) return status(cudaErrorInvalidValue);
  wait_for_device(allocation->device);
  return status(release_memory(pointer, Space::pinned));
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  if (device_count() == 0) return status(cudaErrorNoDevice);
  std::lock_guard lock(memory().mutex);
  *total = device_memory(current_device());
  *free = *total - memory().used[current_device()];
  return cudaSuccess;
}

cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* pointer) {
  std::optional<Allocation> allocation = find_allocation(pointer);
  auto* address = const_cast<void*>(pointer);
  if (!allocation) {
    *attributes = {cudaMemoryTypeUnregistered, -1, nullptr, address};
  } else if (allocation->space == Space::device) {
    *attributes = {cudaMemoryTypeDevice, allocation->device, address, nullptr};
  } else {
    *attributes = {cudaMemoryTypeHost, allocation->device, address, address};
  }
  return cudaSuccess;
}
