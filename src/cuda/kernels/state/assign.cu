#include "core/formulas/arithmetic.h"
#include "cuda/kernels/elementwise.h"
#include "cuda/kernels/kernels.h"

namespace triptych {

extern const Op assign_op, assign_add_op, assign_sub_op;

namespace cuda {
namespace {

/// The state is the output of an elementwise function of itself and the value.
template <class F>
void update(const KernelCall& call, F f) {
  const Operand outputs[] = {call.inputs[0]};
  any_binary({call.op, call.inputs, outputs, nullptr, nullptr, call.context}, f);
}

void assign_run(const KernelCall& call) {
  copy_strided(call.inputs[1].data, *call.inputs[1].meta, call.inputs[0].data, *call.inputs[0].meta);
}
void assign_add_run(const KernelCall& call) { update(call, formula::Add()); }
void assign_sub_run(const KernelCall& call) { update(call, formula::Sub()); }

const Kernel assign_kernel{.run = assign_run, .any_strides = true},
    assign_add_kernel{.run = assign_add_run, .any_strides = true},
    assign_sub_kernel{.run = assign_sub_run, .any_strides = true};

}  // namespace

void register_assign_kernels() {
  register_kernel(assign_op, Device::Type::cuda, assign_kernel);
  register_kernel(assign_add_op, Device::Type::cuda, assign_add_kernel);
  register_kernel(assign_sub_op, Device::Type::cuda, assign_sub_kernel);
}

}  // namespace cuda
}  // namespace triptych
