// max, min and how equal elements share the gradient.
#include <limits>

#include "core/kernels/reduce.h"

namespace triptych {

extern const Op max_op, min_op, tie_shares_op;

namespace {

template <class T>
constexpr T lowest_value() {
  if constexpr (std::is_floating_point_v<T>)
    return -std::numeric_limits<T>::infinity();
  else
    return std::numeric_limits<T>::lowest();
}
template <class T>
constexpr T highest_value() {
  if constexpr (std::is_floating_point_v<T>)
    return std::numeric_limits<T>::infinity();
  else
    return std::numeric_limits<T>::max();
}

template <class Combine>
void extreme_run(const KernelCall& call, bool largest, Combine combine) {
  const auto loops = loops_over<1>({call.inputs[0].meta}, call.attributes_as<ReduceAttributes>().axes);
  visit_dtype(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using Acc = lane_type<T>;
    T* out = call.outputs[0].as<T>();
    const std::array<const T*, 1> input{call.inputs[0].as<const T>()};
    reduce(loops, input, largest ? lowest_value<Acc>() : highest_value<Acc>(), pick_first, combine,
           static_cast<const Acc*>(nullptr), [=](std::int64_t place, Acc value) { out[place] = T(value); });
  });
}

void max_run(const KernelCall& call) { extreme_run(call, true, larger); }
void min_run(const KernelCall& call) { extreme_run(call, false, smaller); }

// Equal, where NaN equals NaN.
inline constexpr auto ties = [](const auto& x, const auto& extreme) {
  return (x == extreme) | ((x != x) & (extreme != extreme));
};

void tie_shares_run(const KernelCall& call) {
  const auto& a = call.attributes_as<ReduceAttributes>();
  const TensorMeta& x = *call.inputs[0].meta;
  const TensorMeta extreme = expanded_meta(*call.inputs[1].meta, x.shape, a.axes, a.keepdims);
  const auto loops = loops_over<2>({&x, &extreme}, a.axes);
  visit_dtype(x.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    if constexpr (std::is_floating_point_v<C>) {
      Scratch counts(static_cast<std::size_t>(loops.outputs + 1) * sizeof(C));
      C* count = counts.as<C>();
      const std::array<const T*, 2> inputs{call.inputs[0].as<const T>(), call.inputs[1].as<const T>()};
      const auto one_if_tied = [](const auto&, const auto& v, const auto& m) -> std::remove_cvref_t<decltype(v)> {
        const std::remove_cvref_t<decltype(v)> zero{};
        return ties(v, m) ? zero + 1 : zero;
      };
      reduce(loops, inputs, C(0), one_if_tied, add_up, static_cast<const C*>(nullptr),
             [=](std::int64_t place, C value) { count[place] = value; });
      TensorMeta reduced{call.inputs[1].shape(), contiguous_strides(call.inputs[1].shape()), dtype_of<C>::value,
                         x.device};
      const TensorMeta count_meta = expanded_meta(reduced, x.shape, a.axes, a.keepdims);
      const Operand operands[] = {call.inputs[0], {call.inputs[1].data, &extreme}, {count, &count_meta}};
      elementwise<T, T, T, C>({call.op, operands, call.outputs, nullptr, nullptr, call.context}, [](T v, T m, C n) {
        return T(ties(static_cast<C>(v), static_cast<C>(m)) ? C(1) / n : C(0));
      });
    }
  });
}

const Kernel max_kernel{.run = max_run, .any_strides = true}, min_kernel{.run = min_run, .any_strides = true},
    tie_shares_kernel{.run = tie_shares_run, .any_strides = true};

}  // namespace

void register_max_kernels() {
  register_kernel(max_op, Device::Type::cpu, max_kernel);
  register_kernel(min_op, Device::Type::cpu, min_kernel);
  register_kernel(tie_shares_op, Device::Type::cpu, tie_shares_kernel);
}

}  // namespace triptych
