// isnan, isinf and isfinite. No comparison of bits: every dtype, integers included, answers by arithmetic.
#include "core/formulas/isnan.h"
#include "cuda/kernels/elementwise.h"

namespace triptych {

extern const Op isnan_op, isinf_op, isfinite_op;

namespace cuda {
namespace {

void isnan_run(const KernelCall& call) { any_unary<bool>(call, formula::Isnan()); }
void isinf_run(const KernelCall& call) { any_unary<bool>(call, formula::Isinf()); }
void isfinite_run(const KernelCall& call) { any_unary<bool>(call, formula::Isfinite()); }

const Kernel isnan_kernel = elementwise_kernel(isnan_run), isinf_kernel = elementwise_kernel(isinf_run),
             isfinite_kernel = elementwise_kernel(isfinite_run);

}  // namespace

void register_isnan_kernels() {
  register_kernel(isnan_op, Device::Type::cuda, isnan_kernel);
  register_kernel(isinf_op, Device::Type::cuda, isinf_kernel);
  register_kernel(isfinite_op, Device::Type::cuda, isfinite_kernel);
}

}  // namespace cuda
}  // namespace triptych
