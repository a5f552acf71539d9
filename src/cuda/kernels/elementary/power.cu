// pow, and the family of square and sqrt.
#include <string>

#include "core/formulas/families/power.h"
#include "cuda/kernels/elementwise.h"
#include "cuda/runtime/fault.h"

namespace triptych {

extern const Op pow_op;

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
             CheckedPow{fault_report(call.context.device.index, "pow", "an integer is raised to a negative integer",
                                     call.context.where, exponent_text)});
}

const Kernel pow_kernel = elementwise_kernel(pow_run);

}  // namespace

void register_power_kernels() {
  register_kernel(pow_op, Device::Type::cuda, pow_kernel);
  register_power_family<GpuElements>();
}

}  // namespace cuda
}  // namespace triptych
