#include "core/ops/concat.h"

#include "core/kernels/strided.h"
#include "core/tensor_impl.h"

namespace triptych {

extern const Op concat_op, concat_grad_op, split_op;

namespace {

int front_axis(std::int64_t axis, int rank) { return static_cast<int>(axis < 0 ? axis + rank : axis); }

/// The part of `whole` that starts at `begin` and has the shape of `part`.
TensorMeta window(const Operand& whole, const Operand& part) {
  TensorMeta meta = *whole.meta;
  meta.shape = part.shape();
  return meta;
}

void* shifted(const Operand& operand, std::int64_t elements) {
  return static_cast<char*>(operand.data) + elements * static_cast<std::int64_t>(size_of(operand.dtype()));
}

void concat_run(const KernelCall& call) {
  const Operand& out = call.outputs[0];
  const int axis = front_axis(call.attributes_as<ConcatAttributes>().axis, out.shape().rank());
  std::int64_t begin = 0;
  for (const Operand& in : call.inputs) {
    copy_strided(in.data, *in.meta, shifted(out, begin * out.stride(axis)), window(out, in));
    begin += in.shape()[axis];
  }
}

void take_apart(const KernelCall& call, std::int64_t given_axis) {
  const Operand& in = call.inputs[0];
  const int axis = front_axis(given_axis, in.shape().rank());
  std::int64_t begin = 0;
  for (const Operand& out : call.outputs) {
    copy_strided(shifted(in, begin * in.stride(axis)), window(in, out), out.data, *out.meta);
    begin += out.shape()[axis];
  }
}

void concat_grad_run(const KernelCall& call) { take_apart(call, call.attributes_as<ConcatAttributes>().axis); }
void split_run(const KernelCall& call) { take_apart(call, call.attributes_as<SplitAttributes>().axis); }

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
