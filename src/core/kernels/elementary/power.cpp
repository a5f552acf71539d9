// pow, and the family of square and sqrt.
#include "core/formulas/families/power.h"

#include <string>

#include "core/kernels/elementwise.h"
#include "triptych/core/error.h"

namespace triptych {

extern const Op pow_op;

namespace {

template <class T>
void check_exponents(const KernelCall& call) {
  if constexpr (std::is_signed_v<T>)
    for_each_element<T>(call.inputs[1], [&](T b) {
      if (b < 0)
        throw ArgumentError("pow", "an integer is raised to a negative integer", "exponent " + std::to_string(b),
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

const Kernel pow_kernel = elementwise_kernel(pow_run);

}  // namespace

void register_power_kernels() {
  register_kernel(pow_op, Device::Type::cpu, pow_kernel);
  register_power_family<CpuElements>();
}

}  // namespace triptych
