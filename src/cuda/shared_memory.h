// Shared memory of a block, in kernels that compile with nvcc and with the emulator.
#pragma once

#include <cuda_runtime.h>

#include <type_traits>

#ifdef TRIPTYCH_CUDA_EMULATED

/// TRIPTYCH_SHARED(tile, float[16][17]): a variable that the threads of a block share. Emulated, it is a heap block, so
/// that AddressSanitizer sees an index past its end.
#define TRIPTYCH_SHARED(name, ...)                                                  \
  static const char name##_key = 0;                                                 \
  auto& name = *static_cast<std::add_pointer_t<std::type_identity_t<__VA_ARGS__>>>( \
      ::triptych::cuda::emulator::shared_variable(&name##_key, sizeof(std::type_identity_t<__VA_ARGS__>)))

/// TRIPTYCH_DYNAMIC_SHARED(row, float): `float* row`, as many bytes as the launch says. One per kernel.
#define TRIPTYCH_DYNAMIC_SHARED(name, ...) \
  auto* name = static_cast<__VA_ARGS__*>(::triptych::cuda::emulator::dynamic_shared_memory())

#else

#define TRIPTYCH_SHARED(name, ...) __shared__ std::type_identity_t<__VA_ARGS__> name
#define TRIPTYCH_DYNAMIC_SHARED(name, ...)                                 \
  extern __shared__ __align__(16) unsigned char triptych_dynamic_shared[]; \
  auto* name = reinterpret_cast<__VA_ARGS__*>(triptych_dynamic_shared)

#endif
