#include "core/ops/dropout.h"

#include "core/kernels/random.h"
#include "core/kernels/reduce.h"

namespace triptych {

extern const Op dropout_op, dropout_grad_op;

namespace {

/// Word i of the draw, a whole number below 2^32, decides on element i.
void apply_mask(const KernelCall& call, Draw draw) {
  const double p = call.attributes_as<DropoutAttributes>().p;
  const auto threshold = static_cast<std::uint64_t>(p * 0x1p32);
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const T* x = call.inputs[0].as<const T>();
    T* y = call.outputs[0].as<T>();
    const C scale = p < 1 ? static_cast<C>(1 / (1 - p)) : C(0);
    for_random_words(draw, call.outputs[0].size(), [=](std::int64_t i, std::uint32_t word) {
      y[i] = word >= threshold ? T(static_cast<C>(x[i]) * scale) : T(C(0));
    });
  });
}

void dropout_run(const KernelCall& call) {
  const Draw draw = take_draw(call.inputs[1]);
  auto* drawn = call.outputs[1].as<std::uint64_t>();
  drawn[0] = draw.key;
  drawn[1] = draw.counter;
  apply_mask(call, draw);
}

void dropout_grad_run(const KernelCall& call) {
  const auto* words = call.inputs[1].as<const std::uint64_t>();
  apply_mask(call, {words[0], words[1]});
}

const Kernel dropout_kernel{.run = dropout_run, .donates = 0b1},
    dropout_grad_kernel{.run = dropout_grad_run, .donates = 0b1};

}  // namespace

void register_dropout_kernels() {
  register_kernel(dropout_op, Device::Type::cpu, dropout_kernel);
  register_kernel(dropout_grad_op, Device::Type::cpu, dropout_grad_kernel);
}

}  // namespace triptych
