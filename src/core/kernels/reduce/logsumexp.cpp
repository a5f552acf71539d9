// Two passes: the largest element, then the sum of exp(x - largest).
#include "core/kernels/rows.h"

namespace triptych {

extern const Op logsumexp_op;

namespace {

/// exp(x - max), for one element and for lanes.
inline constexpr auto exp_below = [](const auto& max, const auto& x) -> std::remove_cvref_t<decltype(x)> {
  using V = std::remove_cvref_t<decltype(x)>;
  if constexpr (std::is_arithmetic_v<V>) {
    return math::exp(x - max);
  } else {
    const V below = x - max;
    std::remove_cvref_t<decltype(below[0])> values[sizeof(V) / sizeof(below[0])];
    std::memcpy(values, &below, sizeof values);
    for (auto& value : values) value = math::exp(value);
    V result;
    std::memcpy(&result, values, sizeof values);
    return result;
  }
};

void logsumexp_run(const KernelCall& call) {
  const auto loops = loops_over<1>({call.inputs[0].meta}, call.attributes_as<ReduceAttributes>().axes);
  visit_floating(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    constexpr C infinity = std::numeric_limits<C>::infinity();
    Scratch scratch(static_cast<std::size_t>(loops.outputs + 1) * sizeof(C));
    C* largest = scratch.as<C>();
    T* out = call.outputs[0].as<T>();
    const std::array<const T*, 1> x{call.inputs[0].as<const T>()};
    reduce(loops, x, -infinity, pick_first, larger, static_cast<const C*>(nullptr), [=](std::int64_t place, C value) {
      largest[place] = std::abs(value) == infinity ? C(0) : value;  // inf - inf would be NaN
    });
    reduce(loops, x, C(0), exp_below, add_up, largest,
           [=](std::int64_t place, C sum) { out[place] = T(math::log(sum) + largest[place]); });
  });
}

const Kernel logsumexp_kernel{.run = logsumexp_run, .any_strides = true};

}  // namespace

void register_logsumexp_kernels() { register_kernel(logsumexp_op, Device::Type::cpu, logsumexp_kernel); }

}  // namespace triptych
