// The emulated machine's devices.
#pragma once

#include <cstddef>

namespace triptych::cuda::emulator {

inline constexpr int max_devices = 16;
inline constexpr std::size_t shared_default = 48 * 1024;  // a kernel's shared memory, if it does not opt in for more
inline constexpr std::size_t shared_opt_in = 227 * 1024;

int device_count();
int current_device();
std::size_t device_memory(int device);

}  // namespace triptych::cuda::emulator
