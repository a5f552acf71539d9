// arange, linspace and eye.
#include "core/ops/creation/arange.h"

#include <algorithm>

#include "core/formulas/arange.h"

namespace triptych {

extern const Op arange_op, linspace_op, eye_op;

namespace {

void arange_run(const KernelCall& call) {
  const auto& a = call.attributes_as<ArangeAttributes>();
  const auto fill = [&]<class T, class N>(formula::Arange<T, N> element) {
    for (std::int64_t i = 0; i < a.count; ++i) call.outputs[0].as<T>()[i] = element(i);
  };
  visit_dtype(call.outputs[0].dtype(), [&]<class T>(T*) {
    if (a.whole())
      fill(formula::Arange<T, std::int64_t>{a.start.to_int(), a.step.to_int()});
    else
      fill(formula::Arange<T, double>{a.start.to_double(), a.step.to_double()});
  });
}

void linspace_run(const KernelCall& call) {
  const auto& a = call.attributes_as<LinspaceAttributes>();
  visit_floating(call.outputs[0].dtype(), [&]<class T>(T*) {
    const formula::Linspace<T> element(a.start, a.stop, a.num);
    for (std::int64_t i = 0; i < a.num; ++i) call.outputs[0].as<T>()[i] = element(i);
  });
}

void eye_run(const KernelCall& call) {
  const auto& a = call.attributes_as<EyeAttributes>();
  visit_dtype(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    T* out = call.outputs[0].as<T>();
    std::fill_n(out, a.n * a.m, formula::element<T>(0));
    for (std::int64_t i = 0; i < std::min(a.n, a.m); ++i) out[i * a.m + i] = formula::element<T>(1);
  });
}

const Kernel arange_kernel{.run = arange_run}, linspace_kernel{.run = linspace_run}, eye_kernel{.run = eye_run};

}  // namespace

void register_arange_kernels() {
  register_kernel(arange_op, Device::Type::cpu, arange_kernel);
  register_kernel(linspace_op, Device::Type::cpu, linspace_kernel);
  register_kernel(eye_op, Device::Type::cpu, eye_kernel);
}

}  // namespace triptych
