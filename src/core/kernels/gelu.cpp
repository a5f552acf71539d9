// gelu and its backward op, exact or by tanh.
#include <numbers>

#include "core/kernels/elementwise.h"
#include "core/kernels/vector_math.h"
#include "core/ops/activation.h"

namespace triptych {

extern const Op gelu_op, gelu_grad_op;

namespace {

constexpr double sqrt_2_over_pi = 0.79788456080286535588;
constexpr double cubic = 0.044715;

/// The normal distribution function Phi(x) = (1 + erf(x / sqrt 2)) / 2.
template <class T>
T normal(T x) {
  return T(0.5) * (1 + math::erf(x * T(std::numbers::sqrt2 / 2)));
}

/// (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, which is the sigmoid of twice the argument.
template <class T>
T normal_by_tanh(T x) {
  return math::sigmoid(T(2 * sqrt_2_over_pi) * (x + T(cubic) * x * x * x));
}

void gelu_run(const KernelCall& call) {
  if (call.attributes_as<GeluAttributes>().tanh)
    floating_unary(call, [](auto x) { return x * normal_by_tanh(x); });
  else
    floating_unary(call, [](auto x) { return x * normal(x); });
}
void gelu_grad_run(const KernelCall& call) {
  if (call.attributes_as<GeluAttributes>().tanh)
    floating_binary(call, [](auto upstream, auto x) {
      using T = decltype(x);
      const T inner = T(sqrt_2_over_pi) * (1 + T(3 * cubic) * x * x), phi = normal_by_tanh(x);
      // with t = 2 phi - 1: (1 - t^2) / 2 = 2 phi (1 - phi)
      return upstream * (phi + x * (2 * phi * (1 - phi)) * inner);
    });
  else
    floating_binary(call, [](auto upstream, auto x) {
      using T = decltype(x);
      const T density = T(std::numbers::inv_sqrtpi / std::numbers::sqrt2) * math::exp(T(-0.5) * x * x);
      return upstream * (normal(x) + x * density);
    });
}

const Kernel gelu_kernel = elementwise_kernel(gelu_run), gelu_grad_kernel = elementwise_kernel(gelu_grad_run);

}  // namespace

void register_gelu_kernels() {
  register_kernel(gelu_op, Device::Type::cpu, gelu_kernel);
  register_kernel(gelu_grad_op, Device::Type::cpu, gelu_grad_kernel);
}

}  // namespace triptych
