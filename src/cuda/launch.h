// The one place that launches kernels, on a GPU and emulated.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <type_traits>

namespace triptych::cuda {

/// A stream and the line that named it: the emulator's reports say where a kernel was launched.
struct LaunchStream {
  cudaStream_t stream;
  const char* file;
  int line;
  LaunchStream(cudaStream_t stream, const char* file = __builtin_FILE(), int line = __builtin_LINE())
      : stream(stream), file(file), line(line) {}
};

/// Puts kernel(arguments...) into the stream for grid x block threads; `shared` bytes of dynamic shared memory. The
/// status covers the launch alone: what goes wrong in the kernel is reported by a later synchronisation.
template <class... Parameters>
[[nodiscard]] cudaError_t launch(void (*kernel)(Parameters...), dim3 grid, dim3 block, std::size_t shared,
                                 LaunchStream stream, std::type_identity_t<Parameters>... arguments) {
#ifdef TRIPTYCH_CUDA_EMULATED
  return emulator::launch(
      kernel, {reinterpret_cast<const void*>(kernel), grid, block, shared, stream.stream, stream.file, stream.line},
      arguments...);
#else
  kernel<<<grid, block, shared, stream.stream>>>(arguments...);
  return cudaGetLastError();
#endif
}

/// A kernel that was compiled at run time.
template <class... Parameters>
struct LoadedKernel {
  cudaKernel_t handle;
};
template <class... Parameters>
[[nodiscard]] cudaError_t launch(LoadedKernel<Parameters...> kernel, dim3 grid, dim3 block, std::size_t shared,
                                 LaunchStream stream, std::type_identity_t<Parameters>... arguments) {
#ifdef TRIPTYCH_CUDA_EMULATED
  return launch(reinterpret_cast<void (*)(Parameters...)>(kernel.handle), grid, block, shared, stream, arguments...);
#else
  void* addresses[] = {&arguments...};
  return cudaLaunchKernel(reinterpret_cast<const void*>(kernel.handle), grid, block, addresses, shared, stream.stream);
#endif
}

}  // namespace triptych::cuda
