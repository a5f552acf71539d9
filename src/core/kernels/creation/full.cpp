#include "core/ops/creation/full.h"

#include <algorithm>

#include "core/kernels/elementwise.h"
#include "core/tensor/tensor_impl.h"

namespace triptych {

extern const Op full_op, full_like_op;

namespace {

void fill(const Operand& out, Scalar value) {
  const Tensor number = scalar_tensor(value, out.dtype());
  visit_dtype(out.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    std::fill_n(out.as<T>(), out.size(), *static_cast<const T*>(number.impl()->data()));
  });
}

void full_run(const KernelCall& call) { fill(call.outputs[0], call.attributes_as<FullAttributes>().value); }
void full_like_run(const KernelCall& call) { fill(call.outputs[0], call.attributes_as<FullLikeAttributes>().value); }

const Kernel full_kernel{.run = full_run},
    full_like_kernel{.run = full_like_run, .any_strides = true, .layout = elementwise_layout};

}  // namespace

void register_full_kernels() {
  register_kernel(full_op, Device::Type::cpu, full_kernel);
  register_kernel(full_like_op, Device::Type::cpu, full_like_kernel);
}

}  // namespace triptych
