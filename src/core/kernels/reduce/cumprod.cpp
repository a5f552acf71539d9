#include "core/kernels/reduce/scan.h"

namespace triptych {

extern const Op cumprod_op;

namespace {

void cumprod_run(const KernelCall& call) {
  visit_summed(call.inputs[0].dtype(), [&]<class In, class Out>(In*, Out*) {
    scan(call, formula::RunningProduct<In, Out>{call.inputs[0].as<const In>(), call.outputs[0].as<Out>()});
  });
}

const Kernel cumprod_kernel{.run = cumprod_run};

}  // namespace

void register_cumprod_kernels() { register_kernel(cumprod_op, Device::Type::cpu, cumprod_kernel); }

}  // namespace triptych
