#include "triptych/core/device.h"

#include <unistd.h>

#include <charconv>
#include <cstring>
#include <ostream>
#include <utility>

#include "core/dispatch/backend.h"
#include "core/dispatch/modes.h"
#include "core/memory/allocator.h"
#include "core/support/scopes.h"
#include "core/tensor/tensor_impl.h"

namespace triptych {

Device Device::cuda(int index, Location where) {
  const Backend* backend = cuda_backend();
  if (!backend)
    throw UnsupportedError("device", "this build has no CUDA", "Device::cuda(" + std::to_string(index) + ")",
                           "Configure with -DTRIPTYCH_CUDA=ON, or EMULATED for a GPU that is not there", where);
  backend->require(index, where);
  return {Type::cuda, static_cast<std::uint8_t>(index)};
}

Device Device::from_text(Text text, Location where) {
  if (text == "cpu") return cpu();
  if (text == "cuda") return cuda(0, where);
  int index = 0;
  if (text.starts_with("cuda:")) {
    const char *first = text.data() + 5, *last = text.data() + text.size();
    if (const auto [end, error] = std::from_chars(first, last, index); error == std::errc() && end == last)
      return cuda(index, where);
  }
  throw ArgumentError("device", "no device has this name", "'" + std::string(text) + "'",
                      "Names are cpu, cuda and cuda:N", where);
}

std::string Device::text() const { return type == Type::cpu ? "cpu" : "cuda:" + std::to_string(index); }

std::ostream& operator<<(std::ostream& out, Device device) { return out << device.text(); }

int cuda_device_count() {
  const Backend* backend = cuda_backend();
  return backend ? backend->device_count() : 0;
}

std::vector<DeviceInfo> devices() {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  std::vector<DeviceInfo> result = {{.device = Device::cpu(),
                                     .name = "CPU",
                                     .total_bytes = static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * page,
                                     .free_bytes = static_cast<std::size_t>(sysconf(_SC_AVPHYS_PAGES)) * page,
                                     .details = std::to_string(num_threads()) + " threads"}};
  for (int i = 0; i < cuda_device_count(); ++i) result.push_back(cuda_backend()->info(i));
  return result;
}

void synchronize(Device device, Location where) {
  const Frame frame(where);
  if (device.type != Device::Type::cpu) backend_of(device).synchronize(device.index, where);
}

Statistics statistics(Device device, Location where) {
  const Frame frame(where);
  return device.type == Device::Type::cpu ? statistics() : backend_of(device).statistics(device.index);
}
void reset_statistics(Device device, Location where) {
  const Frame frame(where);
  device.type == Device::Type::cpu ? reset_statistics() : backend_of(device).reset_statistics(device.index);
}
void empty_cache(Device device, Location where) {
  const Frame frame(where);
  device.type == Device::Type::cpu ? empty_cache() : backend_of(device).empty_cache(device.index);
}
void set_memory_limit(std::int64_t bytes, Device device, Location where) {
  const Frame frame(where);
  if (device.type == Device::Type::cpu) return set_memory_limit(bytes, where);
  check_memory_limit(bytes, where);
  backend_of(device).set_memory_limit(bytes, device.index);
}

DeviceScope::DeviceScope(Device device) {
  open_scopes().begin(this, modes.device, device);
  open_scopes().begin(this, modes.device_set, true);
}
DeviceScope::~DeviceScope() { end_scope(this); }

// A Device is a plain struct: users can spell one that is not there.
const Backend& backend_of(Device device) {
  if (const Backend* backend = cuda_backend()) return *backend;
  throw UnsupportedError("device", "this build has no CUDA", device.text(),
                         "Configure with -DTRIPTYCH_CUDA=ON, or EMULATED for a GPU that is not there");
}

void copy_bytes(void* to, Device to_device, const void* from, Device from_device, std::size_t bytes,
                bool non_blocking) {
  if (bytes == 0) return;
  const Device other = to_device.type == Device::Type::cpu ? from_device : to_device;
  if (other.type == Device::Type::cpu)
    std::memcpy(to, from, bytes);
  else
    backend_of(other).copy(to, to_device, from, from_device, bytes, non_blocking);
}

Tensor on_device(const Tensor& tensor, Device device, bool non_blocking) {
  if (tensor.device() == device) return tensor;
  const Tensor source = contiguous_now(tensor);
  Tensor copy = make_tensor(source.shape(), source.dtype(), device);
  copy_bytes(copy.impl()->data(), device, source.impl()->data(), source.device(),
             static_cast<std::size_t>(source.numel()) * size_of(source.dtype()), non_blocking);
  return copy;
}

Tensor on_host(const Tensor& tensor) { return on_device(tensor, Device::cpu()); }

}  // namespace triptych
