// Trigonometric and hyperbolic functions: sine and cosine by our own float32 functions, the rest by the standard
// library's.
#include "core/formulas/trigonometric.h"
#include "cuda/kernels/elementwise.h"

namespace triptych {

extern const Op sin_op, cos_op, tan_op, asin_op, acos_op, atan_op, atan2_op, sinh_op, cosh_op, asinh_op, acosh_op,
    atanh_op;

namespace cuda {
namespace {

void sin_run(const KernelCall& call) { floating_unary(call, formula::Sin()); }
void cos_run(const KernelCall& call) { floating_unary(call, formula::Cos()); }
void tan_run(const KernelCall& call) { floating_unary(call, formula::Tan()); }
void asin_run(const KernelCall& call) { floating_unary(call, formula::Asin()); }
void acos_run(const KernelCall& call) { floating_unary(call, formula::Acos()); }
void atan_run(const KernelCall& call) { floating_unary(call, formula::Atan()); }
void atan2_run(const KernelCall& call) { floating_binary(call, formula::Atan2()); }
void sinh_run(const KernelCall& call) { floating_unary(call, formula::Sinh()); }
void cosh_run(const KernelCall& call) { floating_unary(call, formula::Cosh()); }
void asinh_run(const KernelCall& call) { floating_unary(call, formula::Asinh()); }
void acosh_run(const KernelCall& call) { floating_unary(call, formula::Acosh()); }
void atanh_run(const KernelCall& call) { floating_unary(call, formula::Atanh()); }

const Kernel sin_kernel = elementwise_kernel(sin_run), cos_kernel = elementwise_kernel(cos_run),
             tan_kernel = elementwise_kernel(tan_run), asin_kernel = elementwise_kernel(asin_run),
             acos_kernel = elementwise_kernel(acos_run), atan_kernel = elementwise_kernel(atan_run),
             atan2_kernel = elementwise_kernel(atan2_run), sinh_kernel = elementwise_kernel(sinh_run),
             cosh_kernel = elementwise_kernel(cosh_run), asinh_kernel = elementwise_kernel(asinh_run),
             acosh_kernel = elementwise_kernel(acosh_run), atanh_kernel = elementwise_kernel(atanh_run);

}  // namespace

void register_trigonometric_kernels() {
  register_kernel(sin_op, Device::Type::cuda, sin_kernel);
  register_kernel(cos_op, Device::Type::cuda, cos_kernel);
  register_kernel(tan_op, Device::Type::cuda, tan_kernel);
  register_kernel(asin_op, Device::Type::cuda, asin_kernel);
  register_kernel(acos_op, Device::Type::cuda, acos_kernel);
  register_kernel(atan_op, Device::Type::cuda, atan_kernel);
  register_kernel(atan2_op, Device::Type::cuda, atan2_kernel);
  register_kernel(sinh_op, Device::Type::cuda, sinh_kernel);
  register_kernel(cosh_op, Device::Type::cuda, cosh_kernel);
  register_kernel(asinh_op, Device::Type::cuda, asinh_kernel);
  register_kernel(acosh_op, Device::Type::cuda, acosh_kernel);
  register_kernel(atanh_op, Device::Type::cuda, atanh_kernel);
}

}  // namespace cuda
}  // namespace triptych
