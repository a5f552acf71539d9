#include "core/formulas/relu.h"
#include "cuda/kernels/elementwise.h"

namespace triptych {

extern const Op relu_op, relu_grad_op;

namespace cuda {
namespace {

void relu_run(const KernelCall& call) {
  visit_dtype(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    elementwise<T, T>(call, formula::Relu());
  });
}

void relu_grad_run(const KernelCall& call) {
  visit_dtype(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    elementwise<T, T, T>(call, formula::ReluGrad());
  });
}

const Kernel relu_kernel = elementwise_kernel(relu_run), relu_grad_kernel = elementwise_kernel(relu_grad_run);

}  // namespace

void register_relu_kernels() {
  register_kernel(relu_op, Device::Type::cuda, relu_kernel);
  register_kernel(relu_grad_op, Device::Type::cuda, relu_grad_kernel);
}

}  // namespace cuda
}  // namespace triptych
