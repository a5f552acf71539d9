// leaky_relu, elu and softplus.
#include "core/formulas/softplus.h"
#include "core/ops/activation.h"
#include "cuda/kernels/elementwise.h"

namespace triptych {

extern const Op leaky_relu_op, elu_op, softplus_op;

namespace cuda {
namespace {

void leaky_relu_run(const KernelCall& call) {
  floating_unary(call, formula::LeakyRelu{call.attributes_as<SlopeAttributes>().slope});
}
void elu_run(const KernelCall& call) {
  floating_unary(call, formula::Elu{call.attributes_as<SlopeAttributes>().slope});
}
void softplus_run(const KernelCall& call) {
  const auto& attributes = call.attributes_as<SoftplusAttributes>();
  floating_unary(call, formula::Softplus{attributes.beta, attributes.threshold});
}

const Kernel leaky_relu_kernel = elementwise_kernel(leaky_relu_run), elu_kernel = elementwise_kernel(elu_run),
             softplus_kernel = elementwise_kernel(softplus_run);

}  // namespace

void register_softplus_kernels() {
  register_kernel(leaky_relu_op, Device::Type::cuda, leaky_relu_kernel);
  register_kernel(elu_op, Device::Type::cuda, elu_kernel);
  register_kernel(softplus_op, Device::Type::cuda, softplus_kernel);
}

}  // namespace cuda
}  // namespace triptych
