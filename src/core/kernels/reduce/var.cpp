// Two passes: the mean, then the squares of the distances from it.
#include <cmath>

#include "core/kernels/reduce/reduce.h"

namespace triptych {

extern const Op var_op, std_op;

namespace {

void run(const KernelCall& call, bool root) {
  const auto& a = call.attributes_as<CountAttributes>();
  const auto loops = loops_over<1>({call.inputs[0].meta}, a.axes);
  visit_dtype(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    if constexpr (std::is_floating_point_v<C>) {
      Scratch scratch(static_cast<std::size_t>(loops.outputs + 1) * sizeof(C));
      C* means = scratch.as<C>();
      const std::array<const T*, 1> input{call.inputs[0].as<const T>()};
      const C count = static_cast<C>(loops.count);
      const C divisor = static_cast<C>(std::max(0.0, static_cast<double>(loops.count) - a.correction));
      reduce(loops, input, C(0), pick_first, add_up, static_cast<const C*>(nullptr),
             [=](std::int64_t place, C value) { means[place] = value / count; });
      T* out = call.outputs[0].as<T>();
      reduce(loops, input, C(0), formula::SquaredDistance(), add_up, means,
             [=](std::int64_t place, C value) { out[place] = T(root ? std::sqrt(value / divisor) : value / divisor); });
    }
  });
}

void var_run(const KernelCall& call) { run(call, false); }
void std_run(const KernelCall& call) { run(call, true); }

const Kernel var_kernel{.run = var_run, .any_strides = true}, std_kernel{.run = std_run, .any_strides = true};

}  // namespace

void register_var_kernels() {
  register_kernel(var_op, Device::Type::cpu, var_kernel);
  register_kernel(std_op, Device::Type::cpu, std_kernel);
}

}  // namespace triptych
