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
  std::size_t bytes;  // 0: what lies between its members cannot be told from them
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

#if __has_builtin(__builtin_clear_padding)
template <class T>
constexpr bool is_all_value = true;
template <class T>
void clear_padding(T& argument) {
  __builtin_clear_padding(&argument);  // what happened to lie there is no argument
}
#else
template <class T>
constexpr bool is_all_value = std::has_unique_object_representations_v<T>;
template <class T>
void clear_padding(T&) {}
#endif

template <class T>
KernelArgument describe(const T& argument) {
  static_assert(std::is_trivially_copyable_v<T>, "a kernel's arguments are copied to the device byte by byte");
  return {&argument, is_all_value<T> ? sizeof(T) : 0, std::is_pointer_v<T>};
}

template <class... Parameters>
cudaError_t launch(void (*kernel)(Parameters...), const LaunchRequest& request,
                   std::type_identity_t<Parameters>... arguments) {
  (clear_padding(arguments), ...);
  return launch(request, {describe(arguments)...}, [kernel, values = std::tuple<Parameters...>(arguments...)] {
    std::apply(kernel, values);  // by value: each CUDA thread has its own copy
  });
}

}  // namespace triptych::cuda::emulator
