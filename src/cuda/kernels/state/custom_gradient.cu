#include "cuda/kernels/kernels.h"
#include "triptych/core/op.h"

namespace triptych {

extern const Op custom_gradient_op;

namespace cuda {
namespace {

void custom_gradient_run(const KernelCall& call) {
  for (std::size_t i = 0; i < call.outputs.size(); ++i)
    copy_strided(call.inputs[i].data, *call.inputs[i].meta, call.outputs[i].data, *call.outputs[i].meta);
}

const Kernel custom_gradient_kernel{.run = custom_gradient_run, .any_strides = true};

}  // namespace

void register_custom_gradient_kernels() {
  register_kernel(custom_gradient_op, Device::Type::cuda, custom_gradient_kernel);
}

}  // namespace cuda
}  // namespace triptych
