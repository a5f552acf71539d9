#include "core/ops/indexing/slice.h"

#include <cstring>

#include "core/kernels/elementwise.h"
#include "core/kernels/image_order.h"
#include "core/kernels/windows.h"
#include "core/tensor/tensor_impl.h"

namespace triptych {

extern const Op slice_grad_op, slice_update_op;

namespace {

void slice_grad_run(const KernelCall& call) {
  const Operand& out = call.outputs[0];
  if (call.inputs[0].size() < out.size())  // else it is written whole: by flip's gradient
    std::memset(out.data, 0, static_cast<std::size_t>(out.size()) * size_of(out.dtype()));
  place_in_slice(call.inputs[0], out, call.attributes_as<SliceAttributes>(), copy_strided);
}

void slice_update_run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &out = call.outputs[0];
  if (x.data != out.data) copy_strided(x.data, *x.meta, out.data, *out.meta);
  place_in_slice(call.inputs[1], out, call.attributes_as<SliceAttributes>(), copy_strided);
}

const Kernel slice_grad_kernel{.run = slice_grad_run, .any_strides = true, .layout = image_order_layout};
const Kernel slice_update_kernel{
    .run = slice_update_run, .any_strides = true, .donates = 0b1, .layout = elementwise_layout};

}  // namespace

void register_slice_kernels() {
  register_kernel(slice_grad_op, Device::Type::cpu, slice_grad_kernel);
  register_kernel(slice_update_op, Device::Type::cpu, slice_update_kernel);
}

}  // namespace triptych
