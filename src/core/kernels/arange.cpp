// arange, linspace and eye.
#include "core/ops/arange.h"

#include <algorithm>

#include "core/kernels/elementwise.h"

namespace triptych {

extern const Op arange_op, linspace_op, eye_op;

namespace {

/// A computed number in an element type.
template <class T, class N>
T element(N value) {
  if constexpr (std::is_same_v<T, bool>)
    return value != 0;
  else
    return T(static_cast<compute_type<T>>(value));
}

void arange_run(const KernelCall& call) {
  const auto& a = call.attributes_as<ArangeAttributes>();
  const bool whole = a.start.kind() != Scalar::Kind::floating && a.step.kind() != Scalar::Kind::floating;
  visit_dtype(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    T* out = call.outputs[0].as<T>();
    for (std::int64_t i = 0; i < a.count; ++i)
      out[i] = whole ? element<T>(a.start.to_int() + i * a.step.to_int())
                     : element<T>(a.start.to_double() + static_cast<double>(i) * a.step.to_double());
  });
}

void linspace_run(const KernelCall& call) {
  const auto& a = call.attributes_as<LinspaceAttributes>();
  const double step = a.num > 1 ? (a.stop - a.start) / static_cast<double>(a.num - 1) : 0;
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    T* out = call.outputs[0].as<T>();
    for (std::int64_t i = 0; i < a.num; ++i) out[i] = element<T>(a.start + static_cast<double>(i) * step);
    if (a.num > 1) out[a.num - 1] = element<T>(a.stop);
  });
}

void eye_run(const KernelCall& call) {
  const auto& a = call.attributes_as<EyeAttributes>();
  visit_dtype(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    T* out = call.outputs[0].as<T>();
    std::fill_n(out, a.n * a.m, element<T>(0));
    for (std::int64_t i = 0; i < std::min(a.n, a.m); ++i) out[i * a.m + i] = element<T>(1);
  });
}

const Kernel arange_kernel{.run = arange_run}, linspace_kernel{.run = linspace_run}, eye_kernel{.run = eye_run};

}  // namespace

void register_arange_kernels() {
  register_kernel(arange_op, Device::Type::cpu, arange_kernel);
  register_kernel(linspace_op, Device::Type::cpu, linspace_kernel);
  register_kernel(eye_op, Device::Type::cpu, eye_kernel);
}

}  // namespace triptych
