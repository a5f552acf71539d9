// leaky_relu, elu and softplus.
#include "core/kernels/elementwise.h"
#include "core/kernels/vector_math.h"
#include "core/ops/activation.h"

namespace triptych {

extern const Op leaky_relu_op, elu_op, softplus_op;

namespace {

void leaky_relu_run(const KernelCall& call) {
  const double value = call.attributes_as<SlopeAttributes>().slope;
  floating_unary(call, [value](auto x) {
    const auto slope = static_cast<decltype(x)>(value);
    return x > 0 ? x : x * slope;
  });
}
void elu_run(const KernelCall& call) {
  const double value = call.attributes_as<SlopeAttributes>().slope;
  floating_unary(call, [value](auto x) {
    const auto alpha = static_cast<decltype(x)>(value);
    return x > 0 ? x : alpha * math::expm1(x);
  });
}
void softplus_run(const KernelCall& call) {
  const auto attributes = call.attributes_as<SoftplusAttributes>();
  floating_unary(call, [attributes](auto x) {
    using T = decltype(x);
    const T beta = static_cast<T>(attributes.beta), scaled = x * beta;
    return scaled > static_cast<T>(attributes.threshold) ? x : math::log1p(math::exp(scaled)) / beta;
  });
}

const Kernel leaky_relu_kernel = elementwise_kernel(leaky_relu_run), elu_kernel = elementwise_kernel(elu_run),
             softplus_kernel = elementwise_kernel(softplus_run);

}  // namespace

void register_softplus_kernels() {
  register_kernel(leaky_relu_op, Device::Type::cpu, leaky_relu_kernel);
  register_kernel(elu_op, Device::Type::cpu, elu_kernel);
  register_kernel(softplus_op, Device::Type::cpu, softplus_kernel);
}

}  // namespace triptych
