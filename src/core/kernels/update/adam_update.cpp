#include "core/kernels/update/update.h"

namespace triptych {

extern const Op adam_update_op, amsgrad_update_op;

namespace {

template <bool torch, bool amsgrad, class T>
void adam_piece(const AdamUpdate& attributes, double learning_rate, std::int64_t step, std::int64_t n, T* p, const T* g,
                T* m, T* v, T* maximum) {
  using C = compute_type<T>;
  const formula::Adam<C, torch> update(attributes, learning_rate, formula::adam_corrections(attributes, step));
  for (std::int64_t i = 0; i < n; ++i) {
    const C value = static_cast<C>(p[i]);
    C m_new = static_cast<C>(m[i]), v_new = static_cast<C>(v[i]);
    update.moments(update.decay.gradient(static_cast<C>(g[i]), value), m_new, v_new);
    m[i] = T(m_new);
    v[i] = T(v_new);
    C second = v_new;
    if constexpr (amsgrad) {
      second = update.larger(v_new, static_cast<C>(maximum[i]));
      maximum[i] = T(second);
    }
    p[i] = T(update.parameter(value, m_new, second));
  }
}

template <bool amsgrad>
void adam_update_run(const KernelCall& call) {
  constexpr std::size_t group = amsgrad ? 6 : 5;
  const auto& attributes = call.attributes_as<AdamUpdate>();
  const double learning_rate = *call.inputs[0].as<double>();
  for_each_piece(call, group, [&](std::size_t at, std::int64_t begin, std::int64_t end) {
    visit_floating(call.inputs[at].dtype(), [&](auto* type) {
      using T = std::remove_pointer_t<decltype(type)>;
      const std::int64_t step = *call.inputs[at + group - 1].as<std::int64_t>() + 1;
      const auto piece =
          attributes.formula == UpdateFormula::torch ? adam_piece<true, amsgrad, T> : adam_piece<false, amsgrad, T>;
      const auto from = [&](std::size_t member) { return call.inputs[at + member].as<T>() + begin; };
      piece(attributes, learning_rate, step, end - begin, from(0), from(1), from(2), from(3),
            amsgrad ? from(4) : nullptr);
    });
  });
  advance_steps(call, group);
}

const Kernel adam_update_kernel{.run = unless_skipped<5, adam_update_run<false>>};
const Kernel amsgrad_update_kernel{.run = unless_skipped<6, adam_update_run<true>>};

}  // namespace

void register_adam_update_kernels() {
  register_kernel(adam_update_op, Device::Type::cpu, adam_update_kernel);
  register_kernel(amsgrad_update_op, Device::Type::cpu, amsgrad_update_kernel);
}

}  // namespace triptych
