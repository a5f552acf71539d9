#include "core/kernels/element_loops.h"
#include "core/kernels/image_order.h"
#include "core/kernels/windows.h"
#include "cuda/kernels/kernels.h"
#include "cuda/kernels/random/generate.h"

namespace triptych {

extern const Op slice_grad_op, slice_update_op;

namespace cuda {
namespace {

void slice_grad_run(const KernelCall& call) {
  const Operand& out = call.outputs[0];
  fill(call, 0);
  place_in_slice(call.inputs[0], out, call.attributes_as<SliceAttributes>(), copy_strided);
}

void slice_update_run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &out = call.outputs[0];
  if (x.data != out.data) cuda::copy_strided(x.data, *x.meta, out.data, *out.meta);
  place_in_slice(call.inputs[1], out, call.attributes_as<SliceAttributes>(), copy_strided);
}

const Kernel slice_grad_kernel{.run = slice_grad_run, .any_strides = true, .layout = image_order_layout};
const Kernel slice_update_kernel{
    .run = slice_update_run, .any_strides = true, .donates = 0b1, .layout = elementwise_layout};

}  // namespace

void register_slice_kernels() {
  register_kernel(slice_grad_op, Device::Type::cuda, slice_grad_kernel);
  register_kernel(slice_update_op, Device::Type::cuda, slice_update_kernel);
}

}  // namespace cuda
}  // namespace triptych
