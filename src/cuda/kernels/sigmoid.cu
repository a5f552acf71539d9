// sigmoid, tanh, silu and their backward ops.
#include "core/formulas/sigmoid.h"
#include "cuda/kernels/elementwise.h"

namespace triptych {

extern const Op sigmoid_op, sigmoid_grad_op, tanh_op, tanh_grad_op, silu_op, silu_grad_op;

namespace cuda {
namespace {

void sigmoid_run(const KernelCall& call) { floating_unary(call, formula::Sigmoid()); }
void sigmoid_grad_run(const KernelCall& call) { floating_binary(call, formula::SigmoidGrad()); }
void tanh_run(const KernelCall& call) { floating_unary(call, formula::Tanh()); }
void tanh_grad_run(const KernelCall& call) { floating_binary(call, formula::TanhGrad()); }
void silu_run(const KernelCall& call) { floating_unary(call, formula::Silu()); }
void silu_grad_run(const KernelCall& call) { floating_binary(call, formula::SiluGrad()); }

const Kernel sigmoid_kernel = elementwise_kernel(sigmoid_run),
             sigmoid_grad_kernel = elementwise_kernel(sigmoid_grad_run), tanh_kernel = elementwise_kernel(tanh_run),
             tanh_grad_kernel = elementwise_kernel(tanh_grad_run), silu_kernel = elementwise_kernel(silu_run),
             silu_grad_kernel = elementwise_kernel(silu_grad_run);

}  // namespace

void register_sigmoid_kernels() {
  register_kernel(sigmoid_op, Device::Type::cuda, sigmoid_kernel);
  register_kernel(sigmoid_grad_op, Device::Type::cuda, sigmoid_grad_kernel);
  register_kernel(tanh_op, Device::Type::cuda, tanh_kernel);
  register_kernel(tanh_grad_op, Device::Type::cuda, tanh_grad_kernel);
  register_kernel(silu_op, Device::Type::cuda, silu_kernel);
  register_kernel(silu_grad_op, Device::Type::cuda, silu_grad_kernel);
}

}  // namespace cuda
}  // namespace triptych
