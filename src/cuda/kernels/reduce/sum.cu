#include "core/formulas/families/divide_by_count.h"
#include "core/ops/reduce/reduce.h"
#include "cuda/kernels/elementwise.h"
#include "cuda/kernels/reduce/reduce.h"

namespace triptych {

extern const Op sum_op, mean_op, sum_to_like_op;

namespace cuda {
namespace {

/// out = T(sum), or T(sum / divisor).
template <class T, class Acc>
struct WriteSum {
  T* out;
  Acc divisor;
  bool mean;
  __device__ void operator()(std::int64_t place, Acc sum) const { out[place] = T(mean ? sum / divisor : sum); }
};

void run_over(const KernelCall& call, const ReduceLoops<1>& loops, bool mean) {
  visit_dtype(call.inputs[0].dtype(), [&](auto* type) {
    using In = std::remove_pointer_t<decltype(type)>;
    using Acc = formula::sum_type<In>;
    const auto sum_to = [&](auto* out) {
      using Out = std::remove_pointer_t<decltype(out)>;
      const Acc divisor = mean ? static_cast<Acc>(loops.count) : Acc(1);
      reduce(call, loops, Acc(0), ReadElement<Acc, In>{call.inputs[0].as<const In>()}, formula::AddUp(),
             WriteSum<Out, Acc>{out, divisor, mean});
    };
    if constexpr (std::is_integral_v<In>) {
      if (call.outputs[0].dtype() == int64) return sum_to(call.outputs[0].as<std::int64_t>());
    }
    sum_to(call.outputs[0].as<In>());
  });
}

void run_over_axes(const KernelCall& call, bool mean) {
  run_over(call, loops_over<1>({call.inputs[0].meta}, call.attributes_as<ReduceAttributes>().axes), mean);
}

void sum_run(const KernelCall& call) { run_over_axes(call, false); }
void mean_run(const KernelCall& call) { run_over_axes(call, true); }
void sum_to_like_run(const KernelCall& call) { run_over(call, loops_to_like(call), false); }

const Kernel sum_kernel{.run = sum_run, .any_strides = true}, mean_kernel{.run = mean_run, .any_strides = true},
    sum_to_like_kernel{.run = sum_to_like_run, .any_strides = true};

}  // namespace

void register_sum_kernels() {
  register_kernel(sum_op, Device::Type::cuda, sum_kernel);
  register_kernel(mean_op, Device::Type::cuda, mean_kernel);
  register_kernel(sum_to_like_op, Device::Type::cuda, sum_to_like_kernel);
  register_divide_by_count<GpuElements>();
}

}  // namespace cuda
}  // namespace triptych
