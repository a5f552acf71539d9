// pow, square, sqrt, rsqrt, reciprocal and hypot.
#include <string>

#include "core/formulas/power.h"
#include "cuda/kernels/elementwise.h"
#include "cuda/runtime/fault.h"

namespace triptych {

extern const Op pow_op, square_op, sqrt_op, rsqrt_op, reciprocal_op, hypot_op;

namespace cuda {
namespace {

/// a to the power of b; a negative exponent is reported among integers.
struct CheckedPow {
  FaultReport report;
  template <class T>
  __device__ T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
      if (b < 0) {
        report_fault(report, b);
        return 0;
      }
    }
    return formula::power(a, b);
  }
};

std::string exponent_text(const Fault& fault) { return "exponent " + std::to_string(fault.value); }

void pow_run(const KernelCall& call) {
  any_binary(call,
             CheckedPow{fault_report(call.context.device.index, "pow", "an integer is not raised to a negative integer",
                                     call.context.where, exponent_text)});
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
  register_kernel(pow_op, Device::Type::cuda, pow_kernel);
  register_kernel(square_op, Device::Type::cuda, square_kernel);
  register_kernel(sqrt_op, Device::Type::cuda, sqrt_kernel);
  register_kernel(rsqrt_op, Device::Type::cuda, rsqrt_kernel);
  register_kernel(reciprocal_op, Device::Type::cuda, reciprocal_kernel);
  register_kernel(hypot_op, Device::Type::cuda, hypot_kernel);
}

}  // namespace cuda
}  // namespace triptych
