// Where a tensor's storage lives, and the devices that there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "triptych/core/export.h"
#include "triptych/core/location.h"
#include "triptych/core/text.h"

namespace triptych {

/// A device: the CPU, or one of the CUDA GPUs.
struct Device {
  enum class Type : std::uint8_t { cpu, cuda };
  Type type = Type::cpu;
  std::uint8_t index = 0;

  static constexpr Device cpu() { return {}; }
  /// GPU number `index`; UnsupportedError where this build or machine has none, ArgumentError for a number without a
  /// device.
  TRIPTYCH_API static Device cuda(int index = 0, Location where = Location::here());
  /// The device called "cpu", "cuda" (the first GPU) or "cuda:1"; ArgumentError for another name, and as `cuda`.
  TRIPTYCH_API static Device from_text(Text text, Location where = Location::here());
  friend bool operator==(Device a, Device b) { return a.type == b.type && a.index == b.index; }
  friend bool operator!=(Device a, Device b) { return !(a == b); }
  /// "cpu", "cuda:0".
  TRIPTYCH_API std::string text() const;
};
/// Prints `Device::text`.
TRIPTYCH_API std::ostream& operator<<(std::ostream& out, Device device);

inline constexpr int device_type_count = 2;

/// Number of GPUs that can be used; 0 in a build without CUDA, and on a machine without a GPU or a driver.
TRIPTYCH_API int cuda_device_count();

/// What a device is.
struct DeviceInfo {
  Device device;
  std::string name;             // "NVIDIA H100", "Triptych emulated GPU"
  std::size_t total_bytes = 0;  // of its memory
  std::size_t free_bytes = 0;
  std::string details;  // compute capability and versions of driver and libraries; the CPU's threads
};
/// The CPU, then the GPUs.
TRIPTYCH_API std::vector<DeviceInfo> devices();

/// Waits until `device` has done all that it was given; errors of kernels that ran since the last wait come out here.
TRIPTYCH_API void synchronize(Device device, Location where = Location::here());

/// While alive, what this thread makes from nothing is made on `device`: `zeros`, random numbers, `tensor({...})`, the
/// parameters of modules and layers; the batches of data loaders; a graph's placeholders, variables and constants.
/// Nodes added to a graph are placed there too, and operands that are elsewhere are copied.
class [[nodiscard]] TRIPTYCH_API DeviceScope {
 public:
  explicit DeviceScope(Device device);
  ~DeviceScope();
  DeviceScope(const DeviceScope&) = delete;
  DeviceScope& operator=(const DeviceScope&) = delete;
};

}  // namespace triptych
