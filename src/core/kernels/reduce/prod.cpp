#include "core/formulas/prod.h"

#include <cmath>

#include "core/kernels/reduce/reduce.h"

namespace triptych {

extern const Op prod_op, prod_of_others_op, prod_of_others_grad_op;

namespace {

/// Where in a tensor the factors of an output lie.
struct Factors {
  const ReduceLoops<1>& loops;
  std::int64_t first;  // the output's first factor
  Factors(const ReduceLoops<1>& reduction, std::int64_t output)
      : loops(reduction), first(offset(reduction.kept_axes, reduction.kept, output)) {}

  std::int64_t at(std::int64_t i) const { return first + offset(loops.reduced_axes, loops.reduced, i); }

 private:
  template <class Axes>
  static std::int64_t offset(const Axes& axes, int rank, std::int64_t i) {
    std::int64_t sum = 0;
    for (int axis = rank - 1; axis >= 0; --axis) {
      const auto& loop = axes[static_cast<std::size_t>(axis)];
      sum += (axis ? i % loop.length : i) * loop.in[0];
      i /= loop.length;
    }
    return sum;
  }
};

void prod_run(const KernelCall& call) {
  const auto loops = loops_over<1>({call.inputs[0].meta}, call.attributes_as<ReduceAttributes>().axes);
  visit_dtype(call.inputs[0].dtype(), [&](auto* type) {
    using In = std::remove_pointer_t<decltype(type)>;
    using Out = std::conditional_t<std::is_integral_v<In>, std::int64_t, In>;
    using Acc = std::conditional_t<std::is_integral_v<Out>, std::uint64_t, lane_type<Out>>;  // integers wrap around
    Out* out = call.outputs[0].as<Out>();
    const std::array<const In*, 1> input{call.inputs[0].as<const In>()};
    reduce(loops, input, Acc(1), pick_first, formula::MultiplyUp(), static_cast<const Acc*>(nullptr),
           [=](std::int64_t place, Acc value) { out[place] = Out(value); });
    if constexpr (std::is_floating_point_v<Acc>)
      for (std::int64_t o = 0; o < loops.outputs; ++o) {
        if (!std::isnan(static_cast<Acc>(out[o]))) continue;
        const Factors factors(loops, o);
        const auto factor = [&](std::int64_t i) { return static_cast<Acc>(input[0][factors.at(i)]); };
        if (formula::overflowed_before_zero(loops.count, factor)) out[o] = Out(Acc(0));
      }
  });
}

/// For each element what `result` makes of the elements before it joined with those after it. No division, so zeros are
/// nothing special. Row-major inputs x (and g).
template <class Result>
void exclusive_run(const KernelCall& call, bool with_g, Result result) {
  const TensorMeta& x = *call.inputs[0].meta;
  const auto loops = loops_over<1>({&x}, call.attributes_as<ReduceAttributes>().axes);
  visit_dtype(x.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    if constexpr (std::is_floating_point_v<C>) {
      using Dual = formula::Dual<C>;
      constexpr formula::JoinDuals join;
      Scratch scratch(static_cast<std::size_t>(loops.count + 1) * sizeof(Dual));
      Dual* after = scratch.as<Dual>();
      const T *values = call.inputs[0].as<const T>(), *weights = with_g ? call.inputs[1].as<const T>() : nullptr;
      T* out = call.outputs[0].as<T>();
      for (std::int64_t o = 0; o < loops.outputs; ++o) {
        const Factors factors(loops, o);
        const auto element = [&](std::int64_t i) {
          const std::int64_t at = factors.at(i);
          return Dual{static_cast<C>(values[at]), with_g ? static_cast<C>(weights[at]) : C(0)};
        };
        Dual sum{1, 0};
        for (std::int64_t i = loops.count; i-- > 0; sum = join(element(i), sum)) after[i] = sum;
        Dual before{1, 0};
        for (std::int64_t i = 0; i < loops.count; before = join(before, element(i)), ++i)
          out[factors.at(i)] = T(result(join(before, after[i])));
      }
    }
  });
}

void prod_of_others_run(const KernelCall& call) {
  exclusive_run(call, false, [](const auto& others) { return others.product; });
}
void prod_of_others_grad_run(const KernelCall& call) {
  exclusive_run(call, true, [](const auto& others) { return others.derivative; });
}

const Kernel prod_kernel{.run = prod_run, .any_strides = true}, prod_of_others_kernel{.run = prod_of_others_run},
    prod_of_others_grad_kernel{.run = prod_of_others_grad_run};

}  // namespace

void register_prod_kernels() {
  register_kernel(prod_op, Device::Type::cpu, prod_kernel);
  register_kernel(prod_of_others_op, Device::Type::cpu, prod_of_others_kernel);
  register_kernel(prod_of_others_grad_op, Device::Type::cpu, prod_of_others_grad_kernel);
}

}  // namespace triptych
