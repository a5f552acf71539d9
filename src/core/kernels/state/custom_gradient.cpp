#include <cstring>

#include "triptych/core/op.h"

namespace triptych {

extern const Op custom_gradient_op;

namespace {

void custom_gradient_run(const KernelCall& call) {
  for (std::size_t i = 0; i < call.outputs.size(); ++i)
    if (const std::size_t bytes = static_cast<std::size_t>(call.outputs[i].size()) * size_of(call.outputs[i].dtype()))
      std::memcpy(call.outputs[i].data, call.inputs[i].data, bytes);
}

const Kernel custom_gradient_kernel{.run = custom_gradient_run};

}  // namespace

void register_custom_gradient_kernels() {
  register_kernel(custom_gradient_op, Device::Type::cpu, custom_gradient_kernel);
}

}  // namespace triptych
