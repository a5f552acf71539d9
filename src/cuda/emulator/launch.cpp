// A kernel launch: what a GPU refuses is refused here, the rest goes into the stream.
#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>

#include "cuda/emulator/device.h"
#include "cuda/emulator/error.h"
#include "cuda/emulator/grid.h"
#include "cuda/emulator/memory.h"
#include "cuda/emulator/report.h"
#include "cuda/emulator/sanitizers.h"
#include "cuda/emulator/stream.h"

namespace triptych::cuda::emulator {

namespace {

/// Kernels that asked for more than the default shared memory.
struct SharedLimits {
  std::mutex mutex;
  std::map<const void*, std::size_t> bytes;
};
SharedLimits& shared_limits() {
  static auto* value = new SharedLimits;
  return *value;
}

std::size_t shared_limit(const void* kernel) {
  std::lock_guard lock(shared_limits().mutex);
  auto found = shared_limits().bytes.find(kernel);
  return found == shared_limits().bytes.end() ? shared_default : found->second;
}

bool shape_is_valid(const dim3& grid, const dim3& block) {
  if (grid.x == 0 || grid.y == 0 || grid.z == 0 || block.x == 0 || block.y == 0 || block.z == 0) return false;
  if (grid.x > 2147483647 || grid.y > 65535 || grid.z > 65535) return false;
  if (block.x > 1024 || block.y > 1024 || block.z > 64) return false;
  return std::uint64_t(block.x) * block.y * block.z <= 1024;
}

/// Why a kernel on `device` must not follow this pointer; empty if it may.
std::string problem_with(const void* pointer, int device) {
  if (pointer == nullptr) return {};
  std::optional<Allocation> allocation = find_allocation(pointer);
  if (!allocation)
    allocation = find_allocation(static_cast<const std::byte*>(pointer) - 1);  // an end, not to be followed
  if (!allocation) return "host pointer";
  if (allocation->space == Space::device && allocation->device != device) {
    return "pointer to device " + std::to_string(allocation->device) + "'s memory";
  }
  return {};
}

/// The same for an argument: a pointer, or a struct in which pointers stand where their alignment wants. Which words of
/// a struct are pointers we cannot know, but AddressSanitizer knows the host's heap and stacks. It takes its time, so
/// what can only be a number is not asked about.
std::string problem_with(const KernelArgument& argument, int device) {
  for (std::size_t at = 0; at + sizeof(void*) <= argument.bytes; at += sizeof(void*)) {
    void* word = nullptr;
    std::memcpy(&word, static_cast<const std::byte*>(argument.address) + at, sizeof word);
    if (argument.is_pointer) return problem_with(word, device);
    const auto value = reinterpret_cast<std::uintptr_t>(word);
    if (!under_asan() || value < 1 << 16 || value >> 47 != 0 || find_allocation(word)) continue;
    char name[1];
    void* region = nullptr;
    std::size_t region_bytes = 0;
    const char* where = __asan_locate_address(word, name, sizeof name, &region, &region_bytes);
    if (std::strcmp(where, "heap") == 0 || std::strcmp(where, "stack") == 0) return "host pointer";
  }
  return {};
}

}  // namespace

cudaError_t launch(const LaunchRequest& request, std::initializer_list<KernelArgument> arguments,
                   std::function<void()> body) {
  Stream stream = find_stream(request.stream);
  if (device_count() == 0) return status(cudaErrorNoDevice);
  if (!stream || stream->device != current_device()) return status(cudaErrorInvalidResourceHandle);
  if (!shape_is_valid(request.grid, request.block)) return status(cudaErrorInvalidConfiguration);
  if (request.shared_bytes > shared_limit(request.kernel)) return status(cudaErrorInvalidValue);

  std::string problem;
  int number = 0;
  for (const KernelArgument& argument : arguments) {
    ++number;
    std::string wrong = problem_with(argument, stream->device);
    if (wrong.empty()) continue;
    problem = wrong + " in argument " + std::to_string(number) + " of the kernel launched at " +
              place(request.file, request.line) + ".";
    break;
  }
  submit(stream, [=, launch = Launch{request.grid, request.block, request.shared_bytes, shared_limit(request.kernel),
                                     std::move(body), request.file, request.line}] {
    if (!problem.empty()) {  // a GPU notices only when the kernel follows the pointer, so this, too, comes late
      report(problem);
      set_failure(stream->device, cudaErrorIllegalAddress);
    } else if (!run_grid(launch)) {
      set_failure(stream->device, cudaErrorLaunchFailure);
    }
  });
  return cudaSuccess;
}

}  // namespace triptych::cuda::emulator

using namespace triptych::cuda::emulator;

cudaError_t cudaFuncSetAttribute(const void* kernel, cudaFuncAttribute attribute, int value) {
  if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize || value < 0 || std::size_t(value) > shared_opt_in) {
    return status(cudaErrorInvalidValue);
  }
  std::lock_guard lock(shared_limits().mutex);
  shared_limits().bytes[kernel] = std::size_t(value);
  return cudaSuccess;
}
