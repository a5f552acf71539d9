#include <cstring>

#include "core/kernels/strided.h"
#include "core/ops/indexing/gather.h"
#include "core/tensor/tensor_impl.h"

namespace triptych {

extern const Op one_hot_op;

namespace {

void one_hot_run(const KernelCall& call) {
  const Operand &index = call.inputs[0], &out = call.outputs[0];
  const std::int64_t depth = call.attributes_as<OneHotAttributes>().depth;
  std::memset(out.data, 0, static_cast<std::size_t>(out.size()) * size_of(out.dtype()));
  const Tensor one = scalar_tensor(1, out.dtype());
  const auto bytes = static_cast<std::int64_t>(size_of(out.dtype())),
             step = static_cast<std::int64_t>(size_of(index.dtype()));
  for (std::int64_t i = 0; i < index.size(); ++i) {
    const std::int64_t place = read_int(index.as<char>() + i * step, index.dtype());
    if (place < 0 || place >= depth)
      throw ArgumentError(call.op.name, "an index is out of range",
                          "index " + std::to_string(place) + " for depth " + std::to_string(depth), "",
                          call.context.where);
    std::memcpy(out.as<char>() + (i * depth + place) * bytes, one.impl()->data(), static_cast<std::size_t>(bytes));
  }
}

const Kernel one_hot_kernel{.run = one_hot_run};

}  // namespace

void register_one_hot_kernels() { register_kernel(one_hot_op, Device::Type::cpu, one_hot_kernel); }

}  // namespace triptych
