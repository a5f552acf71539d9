// What the core asks of devices other than the CPU: memory, copies, a queue of work. src/cuda/ answers for CUDA.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "triptych/core/memory.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// Work that a device does again as a whole.
class Captured {
 public:
  virtual ~Captured() = default;
  virtual void replay() = 0;
};

struct Backend {
  int (*device_count)();
  /// An error that says why, if there is no device of this number.
  void (*require)(int index, Location where);
  DeviceInfo (*info)(int index);
  /// Memory for work that is put into the queue from now on; an error that says what was asked, held and the peak.
  void* (*allocate)(std::size_t bytes, int index);
  /// Work that is in the queue may still use it.
  void (*free)(void* memory, int index);
  /// Dense bytes between two devices, one of which is this backend's, in the order of the queue. When it returns,
  /// memory of the host may be used again, but for pinned memory if `non_blocking`: that may be freed.
  void (*copy)(void* to, Device to_device, const void* from, Device from_device, std::size_t bytes, bool non_blocking);
  /// Pinned memory of the host.
  void* (*allocate_pinned)(std::size_t bytes);
  void (*free_pinned)(void* memory);
  bool (*is_pinned)(const void* memory);
  /// Elements within one device, any strides, one dtype.
  void (*copy_strided)(const void* from, const TensorMeta& from_meta, void* to, const TensorMeta& to_meta);
  /// Makes the device this thread's; what kernels get as RunContext::stream.
  void* (*enter)(int index);
  /// After each kernel: waits where each is to report its own failure, or is timed.
  void (*after_kernel)(std::string_view op, int index, Location where);
  void (*synchronize)(int index, Location where);
  /// What `work` puts into the queue, with the addresses that it uses, to be replayed; an error if that cannot be.
  std::unique_ptr<Captured> (*capture)(int index, const std::function<void()>& work);
  /// Why kernels for fused elementwise ops cannot be compiled at run time for this device; empty: they can.
  std::string (*no_compiler)(int index);
  /// Why nothing is to be captured in this process; empty: it may be.
  std::string (*no_capture)();
  Statistics (*statistics)(int index);
  void (*reset_statistics)(int index);
  void (*empty_cache)(int index);
  void (*set_memory_limit)(std::int64_t bytes, int index);
  void (*register_kernels)();
};

/// Null in a build without CUDA.
const Backend* cuda_backend();

/// The backend of a device that is not the CPU.
const Backend& backend_of(Device device);

/// Dense bytes from device to device.
void copy_bytes(void* to, Device to_device, const void* from, Device from_device, std::size_t bytes,
                bool non_blocking = false);

/// The values in row-major memory of the CPU: the tensor itself if that is where they are. Not recorded.
Tensor on_host(const Tensor& tensor);
/// The tensor itself, or a copy on `device`; not recorded.
Tensor on_device(const Tensor& tensor, Device device, bool non_blocking = false);

}  // namespace triptych
