#include "core/kernels/update.h"

namespace triptych {

extern const Op momentum_update_op;

namespace {

template <class T>
void momentum_piece(const MomentumUpdate& attributes, double learning_rate, bool first, std::int64_t n, T* p,
                    const T* g, T* b) {
  using C = compute_type<T>;
  const C rate = rounded<C>(learning_rate), momentum = rounded<C>(attributes.momentum);
  const C fresh = rounded<C>(1 - attributes.dampening);
  const WeightDecay<C> decay(attributes, learning_rate);
  const auto each = [&](auto step) {
    for (std::int64_t i = 0; i < n; ++i) {
      C value = static_cast<C>(p[i]), buffer = static_cast<C>(b[i]);
      const C gradient = decay.gradient(static_cast<C>(g[i]), value);
      value = decay.parameter(value);
      step(value, gradient, buffer);
      p[i] = T(value);
      b[i] = T(buffer);
    }
  };
  switch (attributes.formula) {
    case UpdateFormula::torch: {
      const C kept = first ? C(0) : momentum, added = first ? C(1) : fresh;
      if (attributes.nesterov)
        return each([=](C& value, C gradient, C& buffer) {
          buffer = kept * buffer + added * gradient;
          value -= rate * (gradient + momentum * buffer);
        });
      return each([=](C& value, C gradient, C& buffer) {
        buffer = kept * buffer + added * gradient;
        value -= rate * buffer;
      });
    }
    case UpdateFormula::tf:
      if (attributes.nesterov)
        return each([=](C& value, C gradient, C& buffer) {
          buffer = momentum * buffer + gradient;
          value -= rate * gradient + rate * momentum * buffer;
        });
      return each([=](C& value, C gradient, C& buffer) {
        buffer = momentum * buffer + gradient;
        value -= rate * buffer;
      });
    case UpdateFormula::keras:
      if (attributes.nesterov)
        return each([=](C& value, C gradient, C& buffer) {
          buffer = momentum * buffer - rate * gradient;
          value = value + momentum * buffer - rate * gradient;
        });
      return each([=](C& value, C gradient, C& buffer) {
        buffer = momentum * buffer - rate * gradient;
        value += buffer;
      });
  }
}

void momentum_update_run(const KernelCall& call) {
  const auto& attributes = call.attributes_as<MomentumUpdate>();
  const double learning_rate = *call.inputs[0].as<double>();
  for_each_piece(call, 4, [&](std::size_t at, std::int64_t begin, std::int64_t end) {
    visit_floating(call.inputs[at].dtype(), [&](auto* type) {
      using T = std::remove_pointer_t<decltype(type)>;
      const bool first = *call.inputs[at + 3].as<std::int64_t>() == 0;
      momentum_piece(attributes, learning_rate, first, end - begin, call.inputs[at].as<T>() + begin,
                     call.inputs[at + 1].as<const T>() + begin, call.inputs[at + 2].as<T>() + begin);
    });
  });
  advance_steps(call, 4);
}

const Kernel momentum_update_kernel{.run = momentum_update_run};

}  // namespace

void register_momentum_update_kernels() {
  register_kernel(momentum_update_op, Device::Type::cpu, momentum_update_kernel);
}

}  // namespace triptych
