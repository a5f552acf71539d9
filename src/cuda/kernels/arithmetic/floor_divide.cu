// floor_divide and remainder, as Python's // and %, and fmod, as C's.
#include "core/formulas/floor_divide.h"
#include "cuda/kernels/elementwise.h"
#include "cuda/runtime/fault.h"

namespace triptych {

extern const Op floor_divide_op, remainder_op, fmod_op;

namespace cuda {
namespace {

/// f(a, b); a divisor of 0 is reported among integers.
template <class F>
struct Checked {
  FaultReport report;
  template <class T>
  __device__ T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      if (b == 0) {
        report_fault(report, 0);
        return 0;
      }
    }
    return F()(a, b);
  }
};

std::string divisor_text(const Fault&) { return "a divisor is 0"; }

template <class F>
void divide(const KernelCall& call) {
  any_binary(call, Checked<F>{fault_report(call.context.device.index, call.op.name, "an integer is divided by zero",
                                           call.context.where, divisor_text)});
}

void floor_divide_run(const KernelCall& call) { divide<formula::FloorDivide>(call); }
void remainder_run(const KernelCall& call) { divide<formula::Remainder>(call); }
void fmod_run(const KernelCall& call) { divide<formula::Fmod>(call); }

const Kernel floor_divide_kernel = elementwise_kernel(floor_divide_run),
             remainder_kernel = elementwise_kernel(remainder_run), fmod_kernel = elementwise_kernel(fmod_run);

}  // namespace

void register_floor_divide_kernels() {
  register_kernel(floor_divide_op, Device::Type::cuda, floor_divide_kernel);
  register_kernel(remainder_op, Device::Type::cuda, remainder_kernel);
  register_kernel(fmod_op, Device::Type::cuda, fmod_kernel);
}

}  // namespace cuda
}  // namespace triptych
