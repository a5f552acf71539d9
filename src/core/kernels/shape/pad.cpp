#include "core/kernels/windows.h"
#include "core/tensor/tensor_impl.h"

namespace triptych {

extern const Op pad_op;

namespace {

void pad_run(const KernelCall& call) {
  const Operand& out = call.outputs[0];
  const auto& attributes = call.attributes_as<PadAttributes>();
  const Tensor number = scalar_tensor(attributes.value, out.dtype());
  copy_strided(number.impl()->data(), broadcast_meta(number.meta(), out.shape()), out.data, *out.meta);
  place_inside_padding(call, attributes, copy_strided);
}

const Kernel pad_kernel{.run = pad_run, .any_strides = true};

}  // namespace

void register_pad_kernels() { register_kernel(pad_op, Device::Type::cpu, pad_kernel); }

}  // namespace triptych
