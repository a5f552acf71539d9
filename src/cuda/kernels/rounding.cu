// floor, ceil, round and trunc.
#include "core/formulas/rounding.h"
#include "cuda/kernels/elementwise.h"

namespace triptych {

extern const Op floor_op, ceil_op, round_op, trunc_op;

namespace cuda {
namespace {

void floor_run(const KernelCall& call) { floating_unary(call, formula::Floor()); }
void ceil_run(const KernelCall& call) { floating_unary(call, formula::Ceil()); }
void round_run(const KernelCall& call) { floating_unary(call, formula::Round()); }
void trunc_run(const KernelCall& call) { floating_unary(call, formula::Trunc()); }

const Kernel floor_kernel = elementwise_kernel(floor_run), ceil_kernel = elementwise_kernel(ceil_run),
             round_kernel = elementwise_kernel(round_run), trunc_kernel = elementwise_kernel(trunc_run);

}  // namespace

void register_rounding_kernels() {
  register_kernel(floor_op, Device::Type::cuda, floor_kernel);
  register_kernel(ceil_op, Device::Type::cuda, ceil_kernel);
  register_kernel(round_op, Device::Type::cuda, round_kernel);
  register_kernel(trunc_op, Device::Type::cuda, trunc_kernel);
}

}  // namespace cuda
}  // namespace triptych
