// What calls of the emulated cuBLAS and cuDNN have in common: they go into a stream, and touch device memory only.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "cuda_runtime.h"

namespace triptych::cuda::emulator {

/// Memory that a call reads or writes: `bytes` from `pointer`.
struct Operand {
  const char* name;
  const void* pointer;
  std::size_t bytes;
};

/// Puts `work` into the stream. Should an operand not be device memory of that size, the stream reports that instead
/// and fails, as a GPU would. False if there is no such stream.
bool submit_library_call(cudaStream_t stream, const char* call, const std::vector<Operand>& operands,
                         std::function<void()> work);

}  // namespace triptych::cuda::emulator
