#include "core/kernels/elementwise.h"

namespace triptych {

extern const Op add_op, sub_op, mul_op, div_op;

namespace {

/// Integers wrap around: they are computed unsigned, since signed overflow is undefined.
template <class T>
auto wrapping(T x) {
  if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>)
    return static_cast<std::make_unsigned_t<T>>(x);
  else
    return x;
}

template <class F>
void binary(const KernelCall& call, F f) {
  visit_dtype(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    elementwise<T, T, T>(call, [f](T a, T b) { return T(f(static_cast<C>(a), static_cast<C>(b))); });
  });
}

void add_run(const KernelCall& call) {
  binary(call, [](auto a, auto b) { return wrapping(a) + wrapping(b); });
}
void sub_run(const KernelCall& call) {
  binary(call, [](auto a, auto b) { return wrapping(a) - wrapping(b); });
}
void mul_run(const KernelCall& call) {
  binary(call, [](auto a, auto b) { return wrapping(a) * wrapping(b); });
}
void div_run(const KernelCall& call) {
  binary(call, [](auto a, auto b) { return a / b; });
}

const Kernel add_kernel = elementwise_kernel(add_run), sub_kernel = elementwise_kernel(sub_run),
             mul_kernel = elementwise_kernel(mul_run), div_kernel = elementwise_kernel(div_run);

}  // namespace

void register_arithmetic_kernels() {
  register_kernel(add_op, Device::Type::cpu, add_kernel);
  register_kernel(sub_op, Device::Type::cpu, sub_kernel);
  register_kernel(mul_op, Device::Type::cpu, mul_kernel);
  register_kernel(div_op, Device::Type::cpu, div_kernel);
}

}  // namespace triptych
