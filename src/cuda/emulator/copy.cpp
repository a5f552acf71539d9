// Copies and fills, which check what a GPU's would: that each side is the kind of memory that the call says.
#include <cstring>
#include <memory>
#include <vector>

#include "cuda/emulator/error.h"
#include "cuda/emulator/memory.h"
#include "cuda/emulator/stream.h"

using namespace triptych::cuda::emulator;

namespace {

enum class Side { device, pinned, pageable, wrong };

/// What `bytes` bytes from `pointer` are; wrong if they leave the allocation that they begin in.
Side side_of(const void* pointer, std::size_t bytes) {
  std::optional<Allocation> allocation = find_allocation(pointer);
  if (!allocation) return pointer == nullptr ? Side::wrong : Side::pageable;
  if (static_cast<const std::byte*>(pointer) + bytes > allocation->base + allocation->bytes) return Side::wrong;
  return allocation->space == Space::device ? Side::device : Side::pinned;
}

cudaError_t copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t handle, bool wait) {
  Stream stream = find_stream(handle);
  if (!stream) return cudaErrorInvalidResourceHandle;
  if (kind < cudaMemcpyHostToHost || kind > cudaMemcpyDefault) return cudaErrorInvalidMemcpyDirection;
  if (bytes == 0) return cudaSuccess;
  Side to_side = side_of(to, bytes), from_side = side_of(from, bytes);
  if (to_side == Side::wrong || from_side == Side::wrong) return cudaErrorInvalidValue;
  if (kind != cudaMemcpyDefault) {
    bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
    bool from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
    if (to_device != (to_side == Side::device) || from_device != (from_side == Side::device))
      return cudaErrorInvalidValue;
  }
  const bool pageable = from_side == Side::pageable || to_side == Side::pageable;
  if ((wait || pageable) && refuses_to_wait(stream)) return cudaErrorStreamCaptureUnsupported;
  Point end;
  if (from_side == Side::pageable && !wait) {
    // CUDA takes pageable memory into a buffer of its own before it returns.
    const auto* first = static_cast<const std::byte*>(from);
    auto staged = std::make_shared<std::vector<std::byte>>(first, first + bytes);
    end = submit(stream, [=] { std::memcpy(to, staged->data(), bytes); });
  } else {
    end = submit(stream, [=] { std::memcpy(to, from, bytes); });
  }
  if (!wait && to_side != Side::pageable) return cudaSuccess;
  end.wait();
  return take_failure(stream->device);
}

}  // namespace

cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  return status(copy(to, from, bytes, kind, nullptr, true));
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
  return status(copy(to, from, bytes, kind, stream, false));
}

cudaError_t cudaMemcpyPeerAsync(void* to, int to_device, const void* from, int from_device, std::size_t bytes,
                                cudaStream_t stream) {
  const auto is_on = [](const void* pointer, int device) {
    const std::optional<Allocation> allocation = find_allocation(pointer);
    return allocation && allocation->space == Space::device && allocation->device == device;
  };
  if (bytes > 0 && (!is_on(to, to_device) || !is_on(from, from_device))) return status(cudaErrorInvalidValue);
  return status(copy(to, from, bytes, cudaMemcpyDeviceToDevice, stream, false));
}

cudaError_t cudaMemset(void* pointer, int byte, std::size_t bytes) { return cudaMemsetAsync(pointer, byte, bytes); }

cudaError_t cudaMemsetAsync(void* pointer, int byte, std::size_t bytes, cudaStream_t handle) {
  Stream stream = find_stream(handle);
  if (!stream) return status(cudaErrorInvalidResourceHandle);
  if (bytes == 0) return cudaSuccess;
  Side side = side_of(pointer, bytes);
  if (side != Side::device && side != Side::pinned) return status(cudaErrorInvalidValue);
  submit(stream, [=] { std::memset(pointer, byte, bytes); });
  return cudaSuccess;
}
