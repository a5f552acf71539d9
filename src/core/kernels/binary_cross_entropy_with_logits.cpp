#include "core/formulas/binary_cross_entropy_with_logits.h"

#include "core/kernels/elementwise.h"

namespace triptych {

extern const Op binary_cross_entropy_with_logits_op;

namespace {

void run(const KernelCall& call) { floating_binary(call, formula::BinaryCrossEntropyWithLogits()); }

const KernelCall& call) {
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    elementwise<T, T, T>(call, [](T x_, T z_) {
      const C x = static_cast<C>(x_), z = static_cast<C>(z_);
      const C positive = x < C(0) ? C(0) : x, magnitude = x < C(0) ? -x : x;
      return T(positive - x * z + log_one_plus(row_exp(-magnitude)));
    });
  });
}

const Kernel kernel{.run = run, .any_strides = true, .donates = 0b11, .layout = elementwise_layout};

}  // namespace

void register_binary_cross_entropy_with_logits_kernels() {
  register_kernel(binary_cross_entropy_with_logits_op, Device::Type::cpu, kernel);
}

}  // namespace triptych
