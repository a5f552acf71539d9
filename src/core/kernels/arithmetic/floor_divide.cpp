// floor_divide and remainder, as Python's // and %, and fmod, as C's.
#include "core/formulas/floor_divide.h"

#include "core/kernels/elementwise.h"
#include "triptych/core/error.h"

namespace triptych {

extern const Op floor_divide_op, remainder_op, fmod_op;

namespace {

void check_divisors(const KernelCall& call) {
  visit_dtype(call.inputs[1].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    if constexpr (std::is_integral_v<T>)
      for_each_element<T>(call.inputs[1], [&](T b) {
        if (b == 0)
          throw ArgumentError(call.op.name, "an integer is divided by zero", "a divisor is 0",
                              "Divide floating numbers", call.context.where);
      });
  });
}

void floor_divide_run(const KernelCall& call) {
  check_divisors(call);
  any_binary(call, formula::FloorDivide());
}
void remainder_run(const KernelCall& call) {
  check_divisors(call);
  any_binary(call, formula::Remainder());
}
void fmod_run(const KernelCall& call) {
  check_divisors(call);
  any_binary(call, formula::Fmod());
}

const Kernel floor_divide_kernel = elementwise_kernel(floor_divide_run),
             remainder_kernel = elementwise_kernel(remainder_run), fmod_kernel = elementwise_kernel(fmod_run);

}  // namespace

void register_floor_divide_kernels() {
  register_kernel(floor_divide_op, Device::Type::cpu, floor_divide_kernel);
  register_kernel(remainder_op, Device::Type::cpu, remainder_kernel);
  register_kernel(fmod_op, Device::Type::cpu, fmod_kernel);
}

}  // namespace triptych
