#include "cuda/emulator/device.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "cuda/emulator/emulator.h"
#include "cuda/emulator/error.h"
#include "cuda/emulator/stream.h"

namespace triptych::cuda::emulator {

namespace {

thread_local int current = 0;

std::size_t parse_bytes(const char* text) {
  char* end = nullptr;
  std::size_t bytes = std::strtoull(text, &end, 10);
  switch (*end) {
    case 'G':
      return bytes << 30;
    case 'M':
      return bytes << 20;
    case 'K':
      return bytes << 10;
    default:
      return bytes;
  }
}

struct Machine {
  std::atomic<int> count;
  std::atomic<std::size_t> bytes;
  Machine() {
    const char* devices = std::getenv("TRIPTYCH_EMULATED_DEVICES");
    const char* memory = std::getenv("TRIPTYCH_EMULATED_MEMORY");
    count = devices ? std::clamp(std::atoi(devices), 0, max_devices) : 1;
    bytes = memory ? parse_bytes(memory) : std::size_t{4} << 30;
  }
};
Machine& machine() {
  static Machine value;
  return value;
}

}  // namespace

int device_count() { return machine().count; }
int current_device() { return current; }
std::size_t device_memory(int) { return machine().bytes; }

void set_devices(int count, std::size_t bytes) {
  machine().count = std::clamp(count, 0, max_devices);
  machine().bytes = bytes;
}

}  // namespace triptych::cuda::emulator

using namespace triptych::cuda::emulator;

cudaError_t cudaGetDeviceCount(int* count) {
  *count = device_count();
  return status(*count > 0 ? cudaSuccess : cudaErrorNoDevice);
}

cudaError_t cudaSetDevice(int device) {
  if (device < 0 || device >= device_count()) return status(cudaErrorInvalidDevice);
  current = device;
  return cudaSuccess;
}

cudaError_t cudaGetDevice(int* device) {
  if (device_count() == 0) return status(cudaErrorNoDevice);
  *device = current;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  if (device < 0 || device >= device_count()) return status(cudaErrorInvalidDevice);
  *properties = {};
  std::snprintf(properties->name, sizeof properties->name, "Triptych emulated GPU");
  properties->totalGlobalMem = device_memory(device);
  properties->sharedMemPerBlock = shared_default;
  properties->sharedMemPerBlockOptin = shared_opt_in;
  properties->warpSize = 32;
  properties->maxThreadsPerBlock = 1024;
  const int threads[] = {1024, 1024, 64}, blocks[] = {2147483647, 65535, 65535};
  std::copy_n(threads, 3, properties->maxThreadsDim);
  std::copy_n(blocks, 3, properties->maxGridSize);
  properties->major = 9;
  properties->multiProcessorCount = int(std::max(1u, std::thread::hardware_concurrency()));
  return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
  cudaDeviceProp properties{};
  if (cudaError_t error = cudaGetDeviceProperties(&properties, device)) return error;
  switch (attribute) {
    case cudaDevAttrMaxThreadsPerBlock:
      *value = properties.maxThreadsPerBlock;
      return cudaSuccess;
    case cudaDevAttrMaxSharedMemoryPerBlock:
      *value = int(properties.sharedMemPerBlock);
      return cudaSuccess;
    case cudaDevAttrWarpSize:
      *value = properties.warpSize;
      return cudaSuccess;
    case cudaDevAttrMultiProcessorCount:
      *value = properties.multiProcessorCount;
      return cudaSuccess;
    case cudaDevAttrComputeCapabilityMajor:
      *value = properties.major;
      return cudaSuccess;
    case cudaDevAttrComputeCapabilityMinor:
      *value = properties.minor;
      return cudaSuccess;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin:
      *value = int(properties.sharedMemPerBlockOptin);
      return cudaSuccess;
    case cudaDevAttrMemoryPoolsSupported:
      *value = 1;
      return cudaSuccess;
  }
  return status(cudaErrorInvalidValue);
}

cudaError_t cudaDeviceSynchronize() {
  if (device_count() == 0) return status(cudaErrorNoDevice);
  wait_for_device(current);
  return status(take_failure(current));
}

cudaError_t cudaDriverGetVersion(int* version) { return cudaRuntimeGetVersion(version); }

cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = 13000;  // the CUDA whose interface this is
  return cudaSuccess;
}
