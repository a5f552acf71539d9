#include "core/kernels/strided.h"
#include "core/ops/slice.h"
#include "core/tensor_impl.h"

namespace triptych {

extern const Op pad_op;

namespace {

void pad_run(const KernelCall& call) {
  const Operand &in = call.inputs[0], &out = call.outputs[0];
  const auto& attributes = call.attributes_as<PadAttributes>();
  const Tensor number = scalar_tensor(attributes.value, out.dtype());
  copy_strided(number.impl()->data(), broadcast_meta(number.meta(), out.shape()), out.data, *out.meta);
  TensorMeta inside = *out.meta;
  inside.shape = in.shape();
  std::int64_t offset = 0;
  for (int i = 0; i < in.shape().rank(); ++i) offset += attributes.before[i] * out.stride(i);
  if (in.size() == 0) return;
  const auto bytes = static_cast<std::int64_t>(size_of(out.dtype()));
  copy_strided(in.data, *in.meta, out.as<char>() + offset * bytes, inside);
}

const Kernel pad_kernel{.run = pad_run, .any_strides = true};

}  // namespace

void register_pad_kernels() { register_kernel(pad_op, Device::Type::cpu, pad_kernel); }

}  // namespace triptych
