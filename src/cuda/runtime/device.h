// Which GPUs there are, and which one this thread's calls go to.
#pragma once

#include <cstddef>
#include <string>

#include "triptych/core/location.h"

namespace triptych::cuda {

struct DeviceInfo {
  std::string name;
  std::size_t total_bytes, free_bytes;
  int major, minor;  // compute capability
  int multiprocessors;
};

/// 0 where there is no GPU or no driver.
int device_count();
DeviceInfo device_info(int device);
/// An error that says why, if device number `device` cannot be used.
void require_device(int device, Location where = {});

/// While alive, this thread's CUDA calls go to `device`.
class [[nodiscard]] DeviceGuard {
 public:
  explicit DeviceGuard(int device);
  ~DeviceGuard();
  DeviceGuard(const DeviceGuard&) = delete;
  DeviceGuard& operator=(const DeviceGuard&) = delete;

 private:
  int previous_ = 0;
};

}  // namespace triptych::cuda
