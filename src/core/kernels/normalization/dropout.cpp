#include "core/ops/normalization/dropout.h"

#include "core/kernels/random/random.h"

namespace triptych {

extern const Op dropout_op, dropout_grad_op;

namespace {

/// Word i of the draw decides on element i.
void apply_mask(const KernelCall& call, Draw draw) {
  const double p = call.attributes_as<DropoutAttributes>().p;
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const T* x = call.inputs[0].as<const T>();
    T* y = call.outputs[0].as<T>();
    const formula::Dropout<T> dropout(p);
    for_random_words(draw, call.outputs[0].size(),
                     [=](std::int64_t i, std::uint32_t word) { y[i] = dropout(x[i], word); });
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
