#include "core/kernels/reduce/extreme.h"

namespace triptych {

extern const Op max_op;

namespace {

void max_run(const KernelCall& call) { extreme_run(call, true, larger); }

const Kernel max_kernel{.run = max_run, .any_strides = true};

}  // namespace

void register_max_kernels() { register_kernel(max_op, Device::Type::cpu, max_kernel); }

}  // namespace triptych
