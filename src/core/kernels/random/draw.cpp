#include "core/kernels/random/random.h"

namespace triptych {

extern const Op take_draw_op;

namespace {

void take_draw_run(const KernelCall& call) {
  const Draw draw = take_draw(call.inputs[0]);
  auto* drawn = call.outputs[0].as<std::uint64_t>();
  drawn[0] = draw.key;
  drawn[1] = draw.counter;
}

const Kernel take_draw_kernel{.run = take_draw_run};

}  // namespace

void register_draw_kernels() { register_kernel(take_draw_op, Device::Type::cpu, take_draw_kernel); }

}  // namespace triptych
