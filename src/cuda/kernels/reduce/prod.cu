#include "core/formulas/prod.h"
#include "cuda/kernels/reduce/reduce.h"
#include "cuda/kernels/scan.h"

namespace triptych {

extern const Op prod_op, prod_of_others_op, prod_of_others_grad_op;

namespace cuda {
namespace {

/// A zero among factors that overflowed is what their product is. Few products are NaN, so a thread looks at each.
template <class T>
__global__ void mend_overflowed(ReduceLoops<1> loops, const T* x, T* out) {
  using C = compute_type<T>;
  for (std::int64_t output = thread_index(); output < loops.outputs; output += thread_count()) {
    ReducePlace<1> base;
    advance(base, loops.kept_axes, loops.kept, false, output);
    const auto product = static_cast<C>(out[base.out]);
    if (product == product) continue;
    const auto factor = [&](std::int64_t i) {
      ReducePlace<1> place = base;
      advance(place, loops.reduced_axes, loops.reduced, false, i);
      return static_cast<C>(x[place.in[0]]);
    };
    if (formula::overflowed_before_zero(loops.count, factor)) out[base.out] = T(C(0));
  }
}

void prod_run(const KernelCall& call) {
  const auto loops = loops_over<1>({call.inputs[0].meta}, call.attributes_as<ReduceAttributes>().axes);
  visit_dtype(call.inputs[0].dtype(), [&](auto* type) {
    using In = std::remove_pointer_t<decltype(type)>;
    using Out = std::conditional_t<std::is_integral_v<In>, std::int64_t, In>;
    using Acc = formula::sum_type<Out>;
    reduce(call, loops, Acc(1), ReadElement<Acc, In>{call.inputs[0].as<const In>()}, formula::MultiplyUp(),
           WriteValue<Out>{call.outputs[0].as<Out>()});
    if constexpr (std::is_floating_point_v<Acc>)
      if (loops.outputs > 0)
        run(call, mend_overflowed<In>, blocks_for(loops.outputs), block_threads, 0, loops,
            call.inputs[0].as<const In>(), call.outputs[0].as<Out>());
  });
}

/// For each element, the others: those before it (found first, and kept in `before`) joined with those after it.
/// Row-major operands.
template <class T>
__global__ void others_kernel(ReduceLoops<1> loops, Teams teams, std::int64_t groups, const T* x, const T* weights,
                              formula::Dual<compute_type<T>>* before, T* out) {
  using C = compute_type<T>;
  using Dual = formula::Dual<C>;
  TRIPTYCH_SHARED(shared, double[2 * block_threads]);
  auto* duals = reinterpret_cast<Dual*>(shared);
  const Team team = my_team(teams);
  const Dual one{1, 0};
  for (std::int64_t group = blockIdx.x; group < groups; group += gridDim.x) {
    const std::int64_t output = group * teams.count + team.number;
    ReducePlace<1> base;
    if (output < loops.outputs) advance(base, loops.kept_axes, loops.kept, false, output);
    for (const bool backwards : {false, true}) {
      Dual so_far = one;
      for (std::int64_t begin = 0; begin < loops.count; begin += teams.size) {
        const std::int64_t i = begin + team.rank;
        const bool real = i < loops.count && output < loops.outputs;
        ReducePlace<1> place = base;
        if (real) advance(place, loops.reduced_axes, loops.reduced, false, backwards ? loops.count - 1 - i : i);
        const std::int64_t at = place.in[0];
        const Dual own = real ? Dual{static_cast<C>(x[at]), weights ? static_cast<C>(weights[at]) : C(0)} : one;
        const auto [left, total] = scan_team(teams, own, one, formula::JoinDuals(), duals);
        const Dual others = formula::JoinDuals()(so_far, left);
        so_far = formula::JoinDuals()(so_far, total);
        if (!real) continue;
        if (!backwards) {
          before[at] = others;
        } else {
          const Dual all = formula::JoinDuals()(before[at], others);
          out[at] = T(weights ? all.derivative : all.product);
        }
      }
      __syncthreads();  // another thread reads what this one left in `before`
    }
  }
}

void others_run(const KernelCall& call, bool weighted) {
  const TensorMeta& x = *call.inputs[0].meta;
  const auto loops = loops_over<1>({&x}, call.attributes_as<ReduceAttributes>().axes);
  if (x.shape.size() == 0) return;
  visit_floating(x.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using Dual = formula::Dual<compute_type<T>>;
    const Scratch before(call.context, static_cast<std::size_t>(x.shape.size()) * sizeof(Dual));
    const Teams teams = teams_for(loops.outputs, loops.count, false);
    const std::int64_t groups = teams.blocks(loops.outputs);
    run(call, others_kernel<T>, blocks_for(groups, 1), teams.threads(), 0, loops, teams, groups,
        call.inputs[0].as<const T>(), weighted ? call.inputs[1].as<const T>() : nullptr, before.as<Dual>(),
        call.outputs[0].as<T>());
  });
}

void prod_of_others_run(const KernelCall& call) { others_run(call, false); }
void prod_of_others_grad_run(const KernelCall& call) { others_run(call, true); }

const Kernel prod_kernel{.run = prod_run, .any_strides = true}, prod_of_others_kernel{.run = prod_of_others_run},
    prod_of_others_grad_kernel{.run = prod_of_others_grad_run};

}  // namespace

void register_prod_kernels() {
  register_kernel(prod_op, Device::Type::cuda, prod_kernel);
  register_kernel(prod_of_others_op, Device::Type::cuda, prod_of_others_kernel);
  register_kernel(prod_of_others_grad_op, Device::Type::cuda, prod_of_others_grad_kernel);
}

}  // namespace cuda
}  // namespace triptych
