// arange, linspace and eye.
#include "core/formulas/arange.h"
#include "core/ops/creation/arange.h"
#include "cuda/kernels/random/generate.h"

namespace triptych {

extern const Op arange_op, linspace_op, eye_op;

namespace cuda {
namespace {

void arange_run(const KernelCall& call) {
  const auto& a = call.attributes_as<ArangeAttributes>();
  visit_dtype(call.outputs[0].dtype(), [&]<class T>(T*) {
    if (a.whole())
      generate<T>(call, formula::Arange<T, std::int64_t>{a.start.to_int(), a.step.to_int()});
    else
      generate<T>(call, formula::Arange<T, double>{a.start.to_double(), a.step.to_double()});
  });
}

void linspace_run(const KernelCall& call) {
  const auto& a = call.attributes_as<LinspaceAttributes>();
  visit_floating(call.outputs[0].dtype(),
                 [&]<class T>(T*) { generate<T>(call, formula::Linspace<T>(a.start, a.stop, a.num)); });
}

void eye_run(const KernelCall& call) {
  const auto& a = call.attributes_as<EyeAttributes>();
  visit_dtype(call.outputs[0].dtype(), [&]<class T>(T*) { generate<T>(call, formula::Eye<T>{a.m}); });
}

const Kernel arange_kernel{.run = arange_run}, linspace_kernel{.run = linspace_run}, eye_kernel{.run = eye_run};

}  // namespace

void register_arange_kernels() {
  register_kernel(arange_op, Device::Type::cuda, arange_kernel);
  register_kernel(linspace_op, Device::Type::cuda, linspace_kernel);
  register_kernel(eye_op, Device::Type::cuda, eye_kernel);
}

}  // namespace cuda
}  // namespace triptych
