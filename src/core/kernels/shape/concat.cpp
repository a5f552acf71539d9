#include "core/ops/shape/concat.h"

#include "core/kernels/windows.h"
#include "core/tensor/tensor_impl.h"

namespace triptych {

extern const Op concat_op, concat_grad_op, split_op;

namespace {

void concat_run(const KernelCall& call) { join_parts(call, call.attributes_as<ConcatAttributes>().axis, copy_strided); }
void concat_grad_run(const KernelCall& call) {
  take_apart(call, call.attributes_as<ConcatAttributes>().axis, copy_strided);
}
void split_run(const KernelCall& call) { take_apart(call, call.attributes_as<SplitAttributes>().axis, copy_strided); }

const Kernel concat_kernel{.run = concat_run, .any_strides = true};
const Kernel concat_grad_kernel{.run = concat_grad_run, .any_strides = true};
const Kernel split_kernel{.run = split_run, .any_strides = true};

}  // namespace

void register_concat_kernels() {
  register_kernel(concat_op, Device::Type::cpu, concat_kernel);
  register_kernel(concat_grad_op, Device::Type::cpu, concat_grad_kernel);
  register_kernel(split_op, Device::Type::cpu, split_kernel);
}

}  // namespace triptych
