#include "core/kernels/update/update.h"

namespace triptych {

extern const Op sgd_update_op;

namespace {

void sgd_update_run(const KernelCall& call) {
  const auto& attributes = call.attributes_as<SgdUpdate>();
  const double learning_rate = *call.inputs[0].as<double>();
  for_each_piece(call, 2, [&](std::size_t at, std::int64_t begin, std::int64_t end) {
    visit_floating(call.inputs[at].dtype(), [&](auto* type) {
      using T = std::remove_pointer_t<decltype(type)>;
      using C = compute_type<T>;
      T* p = call.inputs[at].as<T>();
      const T* g = call.inputs[at + 1].as<const T>();
      const formula::Sgd<C> step(attributes, learning_rate);
      if (!step.decay.any()) {  // the common case, without its tests
        for (std::int64_t i = begin; i < end; ++i) p[i] = T(static_cast<C>(p[i]) - step.rate * static_cast<C>(g[i]));
        return;
      }
      for (std::int64_t i = begin; i < end; ++i) {
        C value = static_cast<C>(p[i]);
        step(value, static_cast<C>(g[i]));
        p[i] = T(value);
      }
    });
  });
}

const Kernel sgd_update_kernel{.run = unless_skipped<2, sgd_update_run>};

}  // namespace

void register_sgd_update_kernels() { register_kernel(sgd_update_op, Device::Type::cpu, sgd_update_kernel); }

}  // namespace triptych
