// Device memory is heap memory that we keep a list of.
#pragma once

#include <cstddef>
#include <optional>

namespace triptych::cuda::emulator {

enum class Space { device, pinned };

struct Allocation {
  std::byte* base;
  std::size_t bytes;
  Space space;
  int device;
};

/// The allocation that `pointer` points into; none for ordinary host memory.
std::optional<Allocation> find_allocation(const void* pointer);

}  // namespace triptych::cuda::emulator
