#include "core/ops/creation/full.h"
#include "cuda/kernels/random/generate.h"

namespace triptych {

extern const Op full_op, full_like_op;

namespace cuda {
namespace {

void full_run(const KernelCall& call) { fill(call, call.attributes_as<FullAttributes>().value); }
void full_like_run(const KernelCall& call) { fill(call, call.attributes_as<FullLikeAttributes>().value); }

const Kernel full_kernel{.run = full_run}, full_like_kernel{.run = full_like_run};

}  // namespace

void register_full_kernels() {
  register_kernel(full_op, Device::Type::cuda, full_kernel);
  register_kernel(full_like_op, Device::Type::cuda, full_like_kernel);
}

}  // namespace cuda
}  // namespace triptych
