// cast: the only kernel over all pairs of dtypes.
#include "core/formulas/cast.h"

#include "core/kernels/elementwise.h"

namespace triptych {

extern const Op cast_op;

namespace {

template <class From>
void cast_from(const KernelCall& call) {
  visit_dtype(call.outputs[0].dtype(), [&](auto* type) {
    using To = std::remove_pointer_t<decltype(type)>;
    elementwise<To, From>(call, formula::Cast<To>());
  });
}

void cast_run(const KernelCall& call) {
  visit_dtype(call.inputs[0].dtype(), [&](auto* type) { cast_from<std::remove_pointer_t<decltype(type)>>(call); });
}

const Kernel cast_kernel{.run = cast_run, .any_strides = true, .layout = elementwise_layout};

}  // namespace

void register_cast_kernels() { register_kernel(cast_op, Device::Type::cpu, cast_kernel); }

}  // namespace triptych
