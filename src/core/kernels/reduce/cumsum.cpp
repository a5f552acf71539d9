#include "core/kernels/reduce/scan.h"

namespace triptych {

extern const Op cumsum_op;

namespace {

void cumsum_run(const KernelCall& call) {
  visit_summed(call.inputs[0].dtype(), [&]<class In, class Out>(In*, Out*) {
    scan(call, formula::RunningSum<In, Out>{call.inputs[0].as<const In>(), call.outputs[0].as<Out>()});
  });
}

const Kernel cumsum_kernel{.run = cumsum_run};

}  // namespace

void register_cumsum_kernels() { register_kernel(cumsum_op, Device::Type::cpu, cumsum_kernel); }

}  // namespace triptych
