#include "core/kernels/update/update.h"

namespace triptych {

extern const Op momentum_update_op;

namespace {

template <class T, class Step>
void momentum_piece(Step step, std::int64_t n, T* p, const T* g, T* b) {
  using C = compute_type<T>;
  for (std::int64_t i = 0; i < n; ++i) {
    C value = static_cast<C>(p[i]), buffer = static_cast<C>(b[i]);
    step(value, static_cast<C>(g[i]), buffer);
    p[i] = T(value);
    b[i] = T(buffer);
  }
}

void momentum_update_run(const KernelCall& call) {
  const auto& attributes = call.attributes_as<MomentumUpdate>();
  const double learning_rate = *call.inputs[0].as<double>();
  for_each_piece(call, 4, [&](std::size_t at, std::int64_t begin, std::int64_t end) {
    visit_floating(call.inputs[at].dtype(), [&](auto* type) {
      using T = std::remove_pointer_t<decltype(type)>;
      const bool first = *call.inputs[at + 3].as<std::int64_t>() == 0;
      formula::with_momentum_variant(attributes, [&](auto variant) {
        using Step = typename decltype(variant)::template step<compute_type<T>>;
        momentum_piece(Step(attributes, learning_rate, first), end - begin, call.inputs[at].as<T>() + begin,
                       call.inputs[at + 1].as<const T>() + begin, call.inputs[at + 2].as<T>() + begin);
      });
    });
  });
  advance_steps(call, 4);
}

const Kernel momentum_update_kernel{.run = unless_skipped<4, momentum_update_run>};

}  // namespace

void register_momentum_update_kernels() {
  register_kernel(momentum_update_op, Device::Type::cpu, momentum_update_kernel);
}

}  // namespace triptych
