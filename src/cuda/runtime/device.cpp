#include "cuda/runtime/device.h"

#include <cuda_runtime.h>

#include "cuda/runtime/check.h"
#include "triptych/core/error.h"

namespace triptych::cuda {

int device_count() {
  int count = 0;
  if (cudaGetDeviceCount(&count) == cudaSuccess) return count;
  cudaGetLastError();  // that there is no device is an answer here
  return 0;
}

void require_device(int device, Location where) {
  int count = 0;
  check(cudaGetDeviceCount(&count), "device", "cudaGetDeviceCount", where);
  if (device >= 0 && device < count) return;
  throw ArgumentError("device", "there is no CUDA device of this number",
                      "Device::cuda(" + std::to_string(device) + ")",
                      count == 1 ? "This machine has one: cuda:0" : "This machine has " + std::to_string(count), where);
}

DeviceInfo device_info(int device) {
  require_device(device);
  DeviceGuard guard(device);
  cudaDeviceProp properties;
  check(cudaGetDeviceProperties(&properties, device), "device", "cudaGetDeviceProperties");
  std::size_t free = 0, total = 0;
  check(cudaMemGetInfo(&free, &total), "device", "cudaMemGetInfo");
  return {properties.name, total, free, properties.major, properties.minor, properties.multiProcessorCount};
}

DeviceGuard::DeviceGuard(int device) {
  check(cudaGetDevice(&previous_), "device", "cudaGetDevice");
  if (device != previous_) check(cudaSetDevice(device), "device", "cudaSetDevice");
}

DeviceGuard::~DeviceGuard() { static_cast<void>(cudaSetDevice(previous_)); }  // it was set before: it is there

}  // namespace triptych::cuda
