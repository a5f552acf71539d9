// to: bytes from one device to another. The one kernel whose operands are on two.
#include "core/ops/state/to_device.h"

#include "core/dispatch/backend.h"
#include "triptych/core/op.h"

namespace triptych {

extern const Op to_device_op;

namespace {

void to_device_run(const KernelCall& call) {
  const Operand &from = call.inputs[0], &to = call.outputs[0];
  copy_bytes(to.data, to.meta->device, from.data, from.meta->device,
             static_cast<std::size_t>(from.size()) * size_of(from.dtype()),
             call.attributes_as<ToDeviceAttributes>().non_blocking);
}

const Kernel to_device_kernel{.run = to_device_run};

}  // namespace

void register_to_device_kernels() {
  register_kernel(to_device_op, Device::Type::cpu, to_device_kernel);
  register_kernel(to_device_op, Device::Type::cuda, to_device_kernel);
}

}  // namespace triptych
