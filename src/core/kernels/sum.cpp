#include "core/kernels/reduce.h"
#include "core/ops/reduce.h"
#include "core/tensor_impl.h"

namespace triptych {

extern const Op sum_op, mean_op, sum_to_like_op, divide_by_count_op;

namespace {

void run(const KernelCall& call, const ReduceLoops<1>& loops, bool mean) {
  visit_dtype(call.inputs[0].dtype(), [&](auto* type) {
    using In = std::remove_pointer_t<decltype(type)>;
    using Acc = formula::sum_type<In>;
    const std::array<const In*, 1> input{call.inputs[0].as<const In>()};
    const auto sum_to = [&](auto* out) {
      using Out = std::remove_pointer_t<decltype(out)>;
      const Acc divisor = mean ? static_cast<Acc>(loops.count) : Acc(1);
      reduce(loops, input, Acc(0), pick_first, add_up, static_cast<const Acc*>(nullptr),
             [=](std::int64_t place, Acc value) { out[place] = Out(mean ? value / divisor : value); });
    };
    if constexpr (std::is_integral_v<In>) {
      if (call.outputs[0].dtype() == int64) return sum_to(call.outputs[0].as<std::int64_t>());
    }
    sum_to(call.outputs[0].as<In>());
  });
}

void run_over_axes(const KernelCall& call, bool mean) {
  run(call, loops_over<1>({call.inputs[0].meta}, call.attributes_as<ReduceAttributes>().axes), mean);
}

void sum_run(const KernelCall& call) { run_over_axes(call, false); }
void mean_run(const KernelCall& call) { run_over_axes(call, true); }

void sum_to_like_run(const KernelCall& call) { run(call, loops_to_like(call), false); }

void divide_by_count_run(const KernelCall& call) {
  const double count = divided_count(call);
  visit_dtype(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    if constexpr (std::is_floating_point_v<C>) {
      const C divisor = static_cast<C>(count);
      elementwise<T, T>(call, [divisor](T x) { return T(static_cast<C>(x) / divisor); });
    }
  });
}

const Kernel sum_kernel{.run = sum_run, .any_strides = true}, mean_kernel{.run = mean_run, .any_strides = true},
    sum_to_like_kernel{.run = sum_to_like_run, .any_strides = true},
    divide_by_count_kernel{.run = divide_by_count_run, .any_strides = true, .donates = 0b1};

}  // namespace

void register_sum_kernels() {
  register_kernel(sum_op, Device::Type::cpu, sum_kernel);
  register_kernel(mean_op, Device::Type::cpu, mean_kernel);
  register_kernel(sum_to_like_op, Device::Type::cpu, sum_to_like_kernel);
  register_kernel(divide_by_count_op, Device::Type::cpu, divide_by_count_kernel);
}

}  // namespace triptych
