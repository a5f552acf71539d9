// maximum, minimum and clip; a NaN is kept.
#include <limits>

#include "core/kernels/elementwise.h"
#include "core/ops/clip.h"

namespace triptych {

extern const Op maximum_op, minimum_op, clip_op;

namespace {

template <class C>
C lowest() {
  return std::is_floating_point_v<C> ? -std::numeric_limits<C>::infinity() : std::numeric_limits<C>::lowest();
}
template <class C>
C highest() {
  return std::is_floating_point_v<C> ? std::numeric_limits<C>::infinity() : std::numeric_limits<C>::max();
}

/// A bound in the dtype; for integers, cut to what they can hold.
template <class C>
C bound(Scalar value) {
  if constexpr (std::is_floating_point_v<C>)
    return static_cast<C>(value.to_double());
  else
    return static_cast<C>(std::clamp<std::int64_t>(value.to_int(), lowest<C>(), highest<C>()));
}

void maximum_run(const KernelCall& call) {
  any_binary(call, [](auto a, auto b) { return a > b || a != a ? a : b; });
}
void minimum_run(const KernelCall& call) {
  any_binary(call, [](auto a, auto b) { return a < b || a != a ? a : b; });
}
void clip_run(const KernelCall& call) {
  const auto& attributes = call.attributes_as<ClipAttributes>();
  visit_dtype(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const C min = attributes.has_min ? bound<C>(attributes.min) : lowest<C>();
    const C max = attributes.has_max ? bound<C>(attributes.max) : highest<C>();
    elementwise<T, T>(call, [min, max](T x) {
      C value = static_cast<C>(x);
      value = value < min ? min : value;
      return T(value > max ? max : value);
    });
  });
}

const Kernel maximum_kernel = elementwise_kernel(maximum_run), minimum_kernel = elementwise_kernel(minimum_run),
             clip_kernel = elementwise_kernel(clip_run);

}  // namespace

void register_maximum_kernels() {
  register_kernel(maximum_op, Device::Type::cpu, maximum_kernel);
  register_kernel(minimum_op, Device::Type::cpu, minimum_kernel);
  register_kernel(clip_op, Device::Type::cpu, clip_kernel);
}

}  // namespace triptych
