#include "cuda/kernels/run.h"

namespace triptych {

extern const Op take_draw_op;

namespace cuda {
namespace {

__global__ void take_draw_kernel(std::uint64_t* state, std::uint64_t* drawn) {
  drawn[0] = state[0];
  drawn[1] = state[1]++;
}

void take_draw_run(const KernelCall& call) {
  run(call, take_draw_kernel, 1, 1, 0, call.inputs[0].as<std::uint64_t>(), call.outputs[0].as<std::uint64_t>());
}

const Kernel kernel{.run = take_draw_run};

}  // namespace

void register_draw_kernels() { register_kernel(take_draw_op, Device::Type::cuda, kernel); }

}  // namespace cuda
}  // namespace triptych
