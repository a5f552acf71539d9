#include "cuda/kernels/reduce/scan.h"

namespace triptych {

extern const Op logcumsumexp_op, fading_sum_op;

namespace cuda {
namespace {

void logcumsumexp_run(const KernelCall& call) {
  visit_floating(call.inputs[0].dtype(), [&]<class T>(T*) {
    scan(call, formula::RunningLogSum<T>{call.inputs[0].as<const T>(), call.outputs[0].as<T>()});
  });
}

void fading_sum_run(const KernelCall& call) {
  visit_floating(call.inputs[0].dtype(), [&]<class T>(T*) {
    scan(call, formula::FadingSum<T>{call.inputs[0].as<const T>(), call.inputs[1].as<const T>(),
                                     call.outputs[0].as<T>(), call.attributes_as<ScanAttributes>().reverse});
  });
}

const Kernel logcumsumexp_kernel{.run = logcumsumexp_run}, fading_sum_kernel{.run = fading_sum_run};

}  // namespace

void register_logcumsumexp_kernels() {
  register_kernel(logcumsumexp_op, Device::Type::cuda, logcumsumexp_kernel);
  register_kernel(fading_sum_op, Device::Type::cuda, fading_sum_kernel);
}

}  // namespace cuda
}  // namespace triptych
