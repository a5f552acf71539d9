// pow, square, sqrt, rsqrt, reciprocal and hypot.
#include "core/formulas/power.h"

#include <string>

#include "core/kernels/elementwise.h"
#include "triptych/core/error.h"

namespace triptych {

extern const Op pow_op, square_op, sqrt_op, rsqrt_op, reciprocal_op, hypot_op;

namespace {

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
    if constexpr (std::is_integral_v<T>) check_exponents<T>(call);
  });
  any_binary(call, formula::Pow());
}
void square_run(const KernelCall& call) { any_unary(call, formula::Square()); }
void sqrt_run(const KernelCall& call) { floating_unary(call, formula::Sqrt()); }
void rsqrt_run(const KernelCall& call) { floating_unary(call, formula::Rsqrt()); }
void reciprocal_run(const KernelCall& call) { floating_unary(call, formula::Reciprocal()); }
void hypot_run(const KernelCall& call) { floating_binary(call, formula::Hypot()); }

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
