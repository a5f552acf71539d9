// What `kernel<<<grid, block, shared, stream>>>(arguments...)` does. src/cuda/launch.h is the one caller.
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <tuple>
#include <type_traits>

#include "emulated/runtime_api.h"
#include "emulated/vector_types.h"

namespace triptych::cuda::emulator {

/// One argument of a kernel, for the check that no host pointer hides in it.
struct KernelArgument {
  const void* address;
  std::size_t bytes;
  bool is_pointer;
};

struct LaunchRequest {
  const void* kernel;
  dim3 grid, block;
  std::size_t shared_bytes;
  cudaStream_t stream;
  const char* file;  // where it was launched
  int line;
};

/// Checks what a GPU refuses, then puts the launch into the stream. `body` runs one CUDA thread.
cudaError_t launch(const LaunchRequest& request, std::initializer_list<KernelArgument> arguments,
                   std::function<void()> body);

template <class T>
KernelArgument describe(const T& argument) {
  static_assert(std::is_trivially_copyable_v<T>, "a kernel's arguments are copied to the device byte by byte");
  return {&argument, sizeof(T), std::is_pointer_v<T>};
}

template <class... Parameters>
cudaError_t launch(void (*kernel)(Parameters...), const LaunchRequest& request,
                   std::type_identity_t<Parameters>... arguments) {
#if __has_builtin(__builtin_clear_padding)
  (__builtin_clear_padding(&arguments), ...);  // what happened to lie there is no argument
#endif
  return launch(request, {describe(arguments)...}, [kernel, values = std::tuple<Parameters...>(arguments...)] {
    std::apply(kernel, values);  // by value: each CUDA thread has its own copy
  });
}

}  // namespace triptych::cuda::emulator
