#include "core/formulas/binary_cross_entropy_with_logits.h"

#include "core/kernels/elementwise.h"

namespace triptych {

extern const Op binary_cross_entropy_with_logits_op;

namespace {

void run(const KernelCall& call) { floating_binary(call, formula::BinaryCrossEntropyWithLogits()); }

const Kernel kernel{.run = run, .any_strides = true, .donates = 0b11, .layout = elementwise_layout};

}  // namespace

void register_binary_cross_entropy_with_logits_kernels() {
  register_kernel(binary_cross_entropy_with_logits_op, Device::Type::cpu, kernel);
}

}  // namespace triptych
