// cast: the only kernel over all pairs of dtypes.
#include "core/kernels/elementwise.h"

namespace triptych {

extern const Op cast_op;

namespace {

template <class To, class From>
To converted(From value) {
  constexpr bool to_half = std::is_same_v<To, Float16> || std::is_same_v<To, BFloat16>;
  if constexpr (!std::is_same_v<compute_type<From>, From>)
    return converted<To>(static_cast<float>(value));
  else if constexpr (to_half)
    return To(static_cast<float>(value));
  else if constexpr (std::is_same_v<To, bool>)
    return value != From(0);
  else
    return static_cast<To>(value);
}

template <class From>
void cast_from(const KernelCall& call) {
  visit_dtype(call.outputs[0].dtype(), [&](auto* type) {
    using To = std::remove_pointer_t<decltype(type)>;
    if constexpr (!std::is_same_v<To, From>)
      elementwise<To, From>(call, [](From value) { return converted<To>(value); });
    else
      elementwise<To, From>(call, [](From value) { return value; });
  });
}

void cast_run(const KernelCall& call) {
  visit_dtype(call.inputs[0].dtype(), [&](auto* type) { cast_from<std::remove_pointer_t<decltype(type)>>(call); });
}

const Kernel cast_kernel{.run = cast_run, .any_strides = true, .layout = elementwise_layout};

}  // namespace

void register_cast_kernels() { register_kernel(cast_op, Device::Type::cpu, cast_kernel); }

}  // namespace triptych
