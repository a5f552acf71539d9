// Where a tensor's storage lives.
#pragma once

#include <cstdint>
#include <string>

#include "triptych/core/export.h"
#include "triptych/core/location.h"

namespace triptych {

/// A device: the CPU, or one of the CUDA GPUs.
struct Device {
  enum class Type : std::uint8_t { cpu, cuda };
  Type type = Type::cpu;
  std::uint8_t index = 0;

  static constexpr Device cpu() { return {}; }
  /// GPU number `index`; UnsupportedError where this build or machine has none.
  TRIPTYCH_API static Device cuda(int index = 0, Location where = Location::here());
  friend bool operator==(Device a, Device b) { return a.type == b.type && a.index == b.index; }
  friend bool operator!=(Device a, Device b) { return !(a == b); }
  /// "cpu", "cuda:0".
  TRIPTYCH_API std::string text() const;
};

inline constexpr int device_type_count = 2;

}  // namespace triptych
