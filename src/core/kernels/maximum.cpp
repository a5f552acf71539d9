// maximum, minimum and clip; a NaN is kept.
#include "core/formulas/clip_bounds.h"

#include "core/kernels/elementwise.h"

namespace triptych {

extern const Op maximum_op, minimum_op, clip_op;

namespace {

void maximum_run(const KernelCall& call) { any_binary(call, formula::Maximum()); }
void minimum_run(const KernelCall& call) { any_binary(call, formula::Minimum()); }
void clip_run(const KernelCall& call) {
  visit_dtype(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    elementwise<T, T>(call, formula::clip<compute_type<T>>(call.attributes_as<ClipAttributes>()));
  });
}

const Kernel maximum_kernel = elementwise_kernel(maximum_run), minimum_kernel = elementwise_kernel(minimum_run),
             clip_kernel = elementwise_kernel(clip_run);

}  // namespace

void register_maximum_kernels() {
  register_kernel(maximum_op, Device::Type::cpu, maximum_kernel);
  register_kernel(minimum_op, Device::Type::cpu, minimum_kernel);
  register_kernel(clip_op, Device::Type::cpu, clip_kernel);
}

}  // namespace triptych
