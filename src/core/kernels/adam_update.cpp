#include <cmath>

#include "core/kernels/update.h"

namespace triptych {

extern const Op adam_update_op, amsgrad_update_op;

namespace {

template <bool torch, bool amsgrad, class T>
void adam_piece(const AdamUpdate& attributes, double learning_rate, std::int64_t step, std::int64_t n, T* p, const T* g,
                T* m, T* v, T* maximum) {
  using C = compute_type<T>;
  const double correction1 = 1 - std::pow(attributes.beta1, static_cast<double>(step));
  const double correction2 = std::sqrt(1 - std::pow(attributes.beta2, static_cast<double>(step)));
  const C rate = rounded<C>(torch ? learning_rate / correction1 : learning_rate * correction2 / correction1);
  const C divisor = rounded<C>(correction2), epsilon = rounded<C>(attributes.epsilon);
  const C fresh1 = rounded<C>(1 - attributes.beta1);
  const C beta2 = rounded<C>(attributes.beta2), fresh2 = rounded<C>(1 - attributes.beta2);
  const WeightDecay<C> decay(attributes, learning_rate);
  for (std::int64_t i = 0; i < n; ++i) {
    const C value = static_cast<C>(p[i]);
    const C gradient = decay.gradient(static_cast<C>(g[i]), value);
    const C m_old = static_cast<C>(m[i]), m_new = m_old + fresh1 * (gradient - m_old);
    const C v_new = beta2 * static_cast<C>(v[i]) + fresh2 * gradient * gradient;
    m[i] = T(m_new);
    v[i] = T(v_new);
    C second = v_new;
    if constexpr (amsgrad) {
      const C before = static_cast<C>(maximum[i]);
      second = v_new > before ? v_new : before;
      maximum[i] = T(second);
    }
    const C root = std::sqrt(second);
    const C change = torch ? rate * m_new / (root / divisor + epsilon) : m_new * rate / (root + epsilon);
    p[i] = T(decay.parameter(value) - change);
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

const Kernel adam_update_kernel{.run = adam_update_run<false>};
const Kernel amsgrad_update_kernel{.run = adam_update_run<true>};

}  // namespace

void register_adam_update_kernels() {
  register_kernel(adam_update_op, Device::Type::cpu, adam_update_kernel);
  register_kernel(amsgrad_update_op, Device::Type::cpu, amsgrad_update_kernel);
}

}  // namespace triptych
