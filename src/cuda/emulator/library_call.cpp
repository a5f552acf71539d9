#include "cuda/emulator/library_call.h"

#include "cuda/emulator/error.h"
#include "cuda/emulator/memory.h"
#include "cuda/emulator/report.h"
#include "cuda/emulator/stream.h"

namespace triptych::cuda::emulator {

namespace {
std::string problem_with(const Operand& operand, int device) {
  if (operand.bytes == 0) return {};
  std::optional<Allocation> allocation = find_allocation(operand.pointer);
  if (!allocation) return std::string(operand.name) + " is not device memory.";
  if (allocation->space == Space::device && allocation->device != device) {
    return std::string(operand.name) + " is memory of device " + std::to_string(allocation->device) + ".";
  }
  const auto* first = static_cast<const std::byte*>(operand.pointer);
  std::size_t there = std::size_t(allocation->base + allocation->bytes - first);
  if (operand.bytes <= there) return {};
  return std::string(operand.name) + " needs " + std::to_string(operand.bytes) +
         " bytes, but its allocation ends after " + std::to_string(there) + ".";
}
}  // namespace

bool submit_library_call(cudaStream_t handle, const char* call, const std::vector<Operand>& operands,
                         std::function<void()> work) {
  Stream stream = find_stream(handle);
  if (!stream) return false;
  for (const Operand& operand : operands) {
    std::string problem = problem_with(operand, stream->device);
    if (problem.empty()) continue;
    submit(stream, [=, text = std::string(call) + ": " + problem] {
      report(text);
      set_failure(stream->device, cudaErrorIllegalAddress);
    });
    return true;
  }
  submit(stream, std::move(work));
  return true;
}

}  // namespace triptych::cuda::emulator
