// pow, square, sqrt, rsqrt, reciprocal and hypot.
#include <cmath>
#include <string>

#include "core/kernels/elementwise.h"
#include "triptych/core/error.h"

namespace triptych {

extern const Op pow_op, square_op, sqrt_op, rsqrt_op, reciprocal_op, hypot_op;

namespace {

/// Integers wrap around.
template <class T>
T product(T a, T b) {
  if constexpr (std::is_integral_v<T>)
    return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
  else
    return a * b;
}

template <class T>
T power(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    T result = 1;
    for (auto n = static_cast<std::uint64_t>(b); n; n >>= 1, a = product(a, a))  // by squaring
      if (n & 1) result = product(result, a);
    return result;
  } else {
    return std::pow(a, b);
  }
}

template <class T>
void check_exponents(const KernelCall& call) {
  if constexpr (std::is_signed_v<T>)
    for_each_element<T>(call.inputs[1], [&](T b) {
      if (b < 0)
        throw ArgumentError("pow", "an integer is not raised to a negative integer", "exponent " + std::to_string(b),
                            "Convert the base with cast(x, float32)", call.context.where);
    });
}

void pow_run(const KernelCall& call) {
  visit_dtype(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    if constexpr (std::is_integral_v<T>) check_exponents<T>(call);
    elementwise<T, T, T>(call, [](T a, T b) { return T(power(static_cast<C>(a), static_cast<C>(b))); });
  });
}
void square_run(const KernelCall& call) {
  any_unary(call, [](auto x) { return product(x, x); });
}
void sqrt_run(const KernelCall& call) {
  floating_unary(call, [](auto x) { return std::sqrt(x); });
}
void rsqrt_run(const KernelCall& call) {
  floating_unary(call, [](auto x) { return 1 / std::sqrt(x); });
}
void reciprocal_run(const KernelCall& call) {
  floating_unary(call, [](auto x) { return 1 / x; });
}
void hypot_run(const KernelCall& call) {
  floating_binary(call, [](auto a, auto b) { return std::hypot(a, b); });
}

const Kernel pow_kernel = elementwise_kernel(pow_run), square_kernel = elementwise_kernel(square_run),
             sqrt_kernel = elementwise_kernel(sqrt_run), rsqrt_kernel = elementwise_kernel(rsqrt_run),
             reciprocal_kernel = elementwise_kernel(reciprocal_run), hypot_kernel = elementwise_kernel(hypot_run);

}  // namespace

void register_power_kernels() {
  register_kernel(pow_op, Device::Type::cpu, pow_kernel);
  register_kernel(square_op, Device::Type::cpu, square_kernel);
  register_kernel(sqrt_op, Device::Type::cpu, sqrt_kernel);
  register_kernel(rsqrt_op, Device::Type::cpu, rsqrt_kernel);
  register_kernel(reciprocal_op, Device::Type::cpu, reciprocal_kernel);
  register_kernel(hypot_op, Device::Type::cpu, hypot_kernel);
}

}  // namespace triptych
