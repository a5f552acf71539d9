// exp, its relatives and inverses, and erf, by our own float32 functions.
#include "core/formulas/exponential.h"
#include "cuda/kernels/elementwise.h"

namespace triptych {

extern const Op exp_op, exp2_op, expm1_op, log_op, log1p_op, log2_op, log10_op, erf_op;

namespace cuda {
namespace {

void exp_run(const KernelCall& call) { floating_unary(call, formula::Exp()); }
void exp2_run(const KernelCall& call) { floating_unary(call, formula::Exp2()); }
void expm1_run(const KernelCall& call) { floating_unary(call, formula::Expm1()); }
void log_run(const KernelCall& call) { floating_unary(call, formula::Log()); }
void log1p_run(const KernelCall& call) { floating_unary(call, formula::Log1p()); }
void log2_run(const KernelCall& call) { floating_unary(call, formula::Log2()); }
void log10_run(const KernelCall& call) { floating_unary(call, formula::Log10()); }
void erf_run(const KernelCall& call) { floating_unary(call, formula::Erf()); }

const Kernel exp_kernel = elementwise_kernel(exp_run), exp2_kernel = elementwise_kernel(exp2_run),
             expm1_kernel = elementwise_kernel(expm1_run), log_kernel = elementwise_kernel(log_run),
             log1p_kernel = elementwise_kernel(log1p_run), log2_kernel = elementwise_kernel(log2_run),
             log10_kernel = elementwise_kernel(log10_run), erf_kernel = elementwise_kernel(erf_run);

}  // namespace

void register_exponential_kernels() {
  register_kernel(exp_op, Device::Type::cuda, exp_kernel);
  register_kernel(exp2_op, Device::Type::cuda, exp2_kernel);
  register_kernel(expm1_op, Device::Type::cuda, expm1_kernel);
  register_kernel(log_op, Device::Type::cuda, log_kernel);
  register_kernel(log1p_op, Device::Type::cuda, log1p_kernel);
  register_kernel(log2_op, Device::Type::cuda, log2_kernel);
  register_kernel(log10_op, Device::Type::cuda, log10_kernel);
  register_kernel(erf_op, Device::Type::cuda, erf_kernel);
}

}  // namespace cuda
}  // namespace triptych
