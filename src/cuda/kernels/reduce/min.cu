#include "cuda/kernels/reduce/extreme.h"

namespace triptych {

extern const Op min_op;

namespace cuda {
namespace {

void min_run(const KernelCall& call) { extreme_run(call, false, formula::Smaller()); }

const Kernel min_kernel{.run = min_run, .any_strides = true};

}  // namespace

void register_min_kernels() { register_kernel(min_op, Device::Type::cuda, min_kernel); }

}  // namespace cuda
}  // namespace triptych
