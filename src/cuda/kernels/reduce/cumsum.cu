#include "core/kernels/strided.h"
#include "core/ops/reduce/cumsum.h"
#include "cuda/kernels/rows.h"
#include "cuda/kernels/scan.h"

namespace triptych {

extern const Op cumsum_op;

namespace cuda {
namespace {

template <class In, class Out>
struct RunningSum {
  using Sum = formula::running_sum_type<Out>;
  const In* in;
  Out* out;
  std::int64_t length;
  bool reverse;
  __device__ void operator()(const Row& row) const {
    Sum before = 0;
    for (std::int64_t begin = 0; begin < length; begin += row.teams.size) {
      const std::int64_t i = begin + row.team.rank;
      const bool real = i < row.length;
      const std::int64_t at = row.start + (reverse ? length - 1 - i : i) * row.step;
      const Sum own = real ? static_cast<Sum>(static_cast<compute_type<In>>(in[at])) : Sum(0);
      const auto [left, total] = scan_team(row.teams, own, Sum(0), formula::AddUp(), static_cast<Sum*>(row.shared));
      if (real) out[at] = Out(static_cast<compute_type<Out>>(before + left + own));
      before += total;
    }
  }
};

void cumsum_run(const KernelCall& call) {
  const Operand& in = call.inputs[0];
  const auto& [axis, reverse] = call.attributes_as<CumsumAttributes>();
  const Rows rows(in.shape(), axis);
  visit_dtype(in.dtype(), [&, backwards = reverse](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using R = std::conditional_t<std::is_integral_v<T>, std::int64_t, T>;
    each_row(call, rows, RunningSum<T, R>{in.as<const T>(), call.outputs[0].as<R>(), rows.length, backwards});
  });
}

const Kernel cumsum_kernel{.run = cumsum_run};

}  // namespace

void register_cumsum_kernels() { register_kernel(cumsum_op, Device::Type::cuda, cumsum_kernel); }

}  // namespace cuda
}  // namespace triptych
