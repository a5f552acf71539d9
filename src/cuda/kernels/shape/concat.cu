#include "core/kernels/image_order.h"
#include "core/kernels/windows.h"
#include "core/ops/shape/concat.h"
#include "cuda/kernels/kernels.h"

namespace triptych {

extern const Op concat_op, concat_grad_op, split_op;

namespace cuda {
namespace {

void concat_run(const KernelCall& call) { join_parts(call, call.attributes_as<ConcatAttributes>().axis, copy_strided); }
void concat_grad_run(const KernelCall& call) {
  take_apart(call, call.attributes_as<ConcatAttributes>().axis, copy_strided);
}
void split_run(const KernelCall& call) { take_apart(call, call.attributes_as<SplitAttributes>().axis, copy_strided); }

const Kernel concat_kernel{.run = concat_run, .any_strides = true, .layout = image_order_layout};
const Kernel concat_grad_kernel{.run = concat_grad_run, .any_strides = true, .layout = image_order_layout};
const Kernel split_kernel{.run = split_run, .any_strides = true, .layout = image_order_layout};

}  // namespace

void register_concat_kernels() {
  register_kernel(concat_op, Device::Type::cuda, concat_kernel);
  register_kernel(concat_grad_op, Device::Type::cuda, concat_grad_kernel);
  register_kernel(split_op, Device::Type::cuda, split_kernel);
}

}  // namespace cuda
}  // namespace triptych
