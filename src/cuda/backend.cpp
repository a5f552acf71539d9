// CUDA's answers to what the core asks of a device.
#include "core/dispatch/backend.h"

#include <cuda_runtime.h>

#include <string>

#include "core/memory/allocator.h"
#include "cuda/kernels/fused/fused_elementwise.h"
#include "cuda/kernels/kernels.h"
#include "cuda/runtime/allocator.h"
#include "cuda/runtime/capture.h"
#include "cuda/runtime/check.h"
#include "cuda/runtime/device.h"
#include "cuda/runtime/fault.h"
#include "cuda/runtime/pinned.h"
#include "cuda/runtime/stream.h"

namespace triptych {
namespace {

std::string version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

DeviceInfo info(int index) {
  const cuda::DeviceInfo about = cuda::device_info(index);
  int driver = 0, runtime = 0;
  cuda::check(cudaDriverGetVersion(&driver), "device", "cudaDriverGetVersion");
  cuda::check(cudaRuntimeGetVersion(&runtime), "device", "cudaRuntimeGetVersion");
  return {.device = {Device::Type::cuda, static_cast<std::uint8_t>(index)},
          .name = about.name,
          .total_bytes = about.total_bytes,
          .free_bytes = about.free_bytes,
          .details = "compute capability " + std::to_string(about.major) + "." + std::to_string(about.minor) + ", " +
                     std::to_string(about.multiprocessors) + " multiprocessors, driver for CUDA " +
                     version_text(driver) + ", runtime " + version_text(runtime)};
}

void* allocate(std::size_t bytes, int index) {
  return cuda::allocator(index).allocate(bytes, cuda::current_stream(index));
}
void free_memory(void* memory, int index) { cuda::allocator(index).free(memory); }

void wait(cudaStream_t stream, int index, std::string_view op, Location where) {
  cuda::check(cudaStreamSynchronize(stream), op, "cudaStreamSynchronize", where);
  cuda::throw_fault(index);
}

void copy(void* to, Device to_device, const void* from, Device from_device, std::size_t bytes, bool non_blocking) {
  const bool to_host = to_device.type == Device::Type::cpu, from_host = from_device.type == Device::Type::cpu;
  const int index = to_host ? from_device.index : to_device.index;
  const cuda::DeviceGuard guard(index);
  const cudaStream_t stream = cuda::current_stream(index);
  if (!to_host && !from_host && from_device.index != to_device.index) {
    cuda::Event written(from_device.index);  // what the other device has in its queue comes first
    written.record(cuda::current_stream(from_device.index));
    written.make_wait(stream);
    cuda::check(cudaMemcpyPeerAsync(to, to_device.index, from, from_device.index, bytes, stream), "to",
                "cudaMemcpyPeerAsync");
    return;
  }
  const cudaMemcpyKind kind = to_host     ? cudaMemcpyDeviceToHost
                              : from_host ? cudaMemcpyHostToDevice
                                          : cudaMemcpyDeviceToDevice;
  cuda::check(cudaMemcpyAsync(to, from, bytes, kind, stream), "to", "cudaMemcpyAsync");
  if (to_host || (from_host && !non_blocking && cuda::is_pinned(from)))
    wait(stream, index, "to", {});
  else if (from_host && non_blocking)
    cuda::pinned_is_read(from, index, stream);
}

void* enter(int index) {
  int now = -1;
  cuda::check(cudaGetDevice(&now), "device", "cudaGetDevice");
  if (now != index) cuda::check(cudaSetDevice(index), "device", "cudaSetDevice");
  return cuda::current_stream(index);
}

void after_kernel(std::string_view op, int index, Location where) {
  if (cuda::synchronous() || kernel_timing_enabled()) wait(cuda::current_stream(index), index, op, where);
}

void synchronize_device(int index, Location where) { wait(cuda::current_stream(index), index, "synchronize", where); }

std::string no_capture() {
  return cuda::synchronous() ? "TRIPTYCH_CUDA_SYNC asks to wait after each kernel" : std::string();
}

Statistics statistics_of(int index) {
  const cuda::MemoryStatistics memory = cuda::allocator(index).statistics();
  return {.bytes_in_use = static_cast<std::int64_t>(memory.bytes_in_use),
          .peak_bytes_in_use = static_cast<std::int64_t>(memory.peak_bytes_in_use),
          .bytes_cached = static_cast<std::int64_t>(memory.bytes_cached),
          .allocations = memory.allocations,
          .cache_hits = memory.cache_hits};
}
void reset(int index) { cuda::allocator(index).reset_statistics(); }
void empty(int index) { cuda::allocator(index).empty_cache(); }
void set_limit(std::int64_t bytes, int index) { cuda::allocator(index).set_limit(static_cast<std::size_t>(bytes)); }

const Backend backend{.device_count = cuda::device_count,
                      .require = cuda::require_device,
                      .info = info,
                      .allocate = allocate,
                      .free = free_memory,
                      .copy = copy,
                      .allocate_pinned = cuda::allocate_pinned,
                      .free_pinned = cuda::free_pinned,
                      .is_pinned = cuda::is_pinned,
                      .copy_strided = cuda::copy_strided,
                      .enter = enter,
                      .after_kernel = after_kernel,
                      .synchronize = synchronize_device,
                      .capture = cuda::capture,
                      .no_compiler = cuda::no_fused_kernels,
                      .no_capture = no_capture,
                      .statistics = statistics_of,
                      .reset_statistics = reset,
                      .empty_cache = empty,
                      .set_memory_limit = set_limit,
                      .register_kernels = cuda::register_kernels};

}  // namespace

const Backend* cuda_backend() { return &backend; }

}  // namespace triptych
