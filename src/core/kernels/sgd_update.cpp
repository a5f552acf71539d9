#include "core/kernels/elementwise.h"

namespace triptych {

extern const Op sgd_update_op;

namespace {

void sgd_update_run(const KernelCall& call) {
  const double rate = *call.inputs[0].as<double>();
  for (std::size_t i = 1; i < call.inputs.size(); i += 2) {
    visit_dtype(call.inputs[i].dtype(), [&](auto* type) {
      using T = std::remove_pointer_t<decltype(type)>;
      using C = compute_type<T>;
      T* p = call.inputs[i].as<T>();
      const T* g = call.inputs[i + 1].as<const T>();
      const C step = static_cast<C>(rate);
      const std::int64_t n = call.inputs[i].size();
      for (std::int64_t j = 0; j < n; ++j) p[j] = T(static_cast<C>(p[j]) - step * static_cast<C>(g[j]));
    });
  }
}

const Kernel sgd_update_kernel{.run = sgd_update_run};

}  // namespace

void register_sgd_update_kernels() { register_kernel(sgd_update_op, Device::Type::cpu, sgd_update_kernel); }

}  // namespace triptych
