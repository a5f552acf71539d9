// How equal elements share the gradient of a maximum or minimum.
#include "core/kernels/reduce/reduce.h"

namespace triptych {

extern const Op tie_shares_op;

namespace {

inline constexpr formula::Ties ties{};

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

const Kernel tie_shares_kernel{.run = tie_shares_run, .any_strides = true};

}  // namespace

void register_tie_shares_kernels() { register_kernel(tie_shares_op, Device::Type::cpu, tie_shares_kernel); }

}  // namespace triptych
