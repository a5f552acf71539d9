#include "core/kernels/elementwise.h"

namespace triptych {

extern const Op cast_op;

namespace {

void cast_run(const KernelCall& call) {
  convert(call.inputs[0].data, call.inputs[0].dtype(), call.outputs[0].data, call.outputs[0].dtype(), call.outputs[0].size());
}

const Kernel cast_kernel{.run = cast_run};

}  // namespace

void register_cast_kernels() { register_kernel(cast_op, Device::Type::cpu, cast_kernel); }

}  // namespace triptych
