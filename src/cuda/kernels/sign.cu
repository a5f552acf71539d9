// neg, abs and sign.
#include "core/formulas/sign.h"
#include "cuda/kernels/elementwise.h"

namespace triptych {

extern const Op neg_op, abs_op, sign_op;

namespace cuda {
namespace {

void neg_run(const KernelCall& call) { any_unary(call, formula::Neg()); }
void abs_run(const KernelCall& call) { any_unary(call, formula::Abs()); }
void sign_run(const KernelCall& call) { any_unary(call, formula::Sign()); }

const Kernel neg_kernel = elementwise_kernel(neg_run), abs_kernel = elementwise_kernel(abs_run),
             sign_kernel = elementwise_kernel(sign_run);

}  // namespace

void register_sign_kernels() {
  register_kernel(neg_op, Device::Type::cuda, neg_kernel);
  register_kernel(abs_op, Device::Type::cuda, abs_kernel);
  register_kernel(sign_op, Device::Type::cuda, sign_kernel);
}

}  // namespace cuda
}  // namespace triptych
