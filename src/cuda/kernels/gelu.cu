// gelu and its backward op, exact or by tanh.
#include "core/formulas/gelu.h"
#include "core/ops/activation.h"
#include "cuda/kernels/elementwise.h"

namespace triptych {

extern const Op gelu_op, gelu_grad_op;

namespace cuda {
namespace {

void gelu_run(const KernelCall& call) {
  if (call.attributes_as<GeluAttributes>().tanh)
    floating_unary(call, formula::GeluByTanh());
  else
    floating_unary(call, formula::Gelu());
}
void gelu_grad_run(const KernelCall& call) {
  if (call.attributes_as<GeluAttributes>().tanh)
    floating_binary(call, formula::GeluByTanhGrad());
  else
    floating_binary(call, formula::GeluGrad());
}

const Kernel gelu_kernel = elementwise_kernel(gelu_run), gelu_grad_kernel = elementwise_kernel(gelu_grad_run);

}  // namespace

void register_gelu_kernels() {
  register_kernel(gelu_op, Device::Type::cuda, gelu_kernel);
  register_kernel(gelu_grad_op, Device::Type::cuda, gelu_grad_kernel);
}

}  // namespace cuda
}  // namespace triptych
