#include "core/ops/reduce/cumsum.h"

#include "core/formulas/reduce.h"
#include "core/kernels/elementwise.h"
#include "core/kernels/row_layout.h"

namespace triptych {

extern const Op cumsum_op;

namespace {

/// One line of `n` elements that lie `step` apart, in both operands.
template <class In, class Out>
void running_sums(const In* in, Out* out, std::int64_t n, std::int64_t step) {
  using Sum = formula::running_sum_type<Out>;
  Sum sum = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    sum += static_cast<Sum>(static_cast<compute_type<In>>(in[i * step]));
    out[i * step] = Out(static_cast<compute_type<Out>>(sum));
  }
}

void cumsum_run(const KernelCall& call) {
  const Operand &in = call.inputs[0], &out = call.outputs[0];
  const auto& [axis, reverse] = call.attributes_as<CumsumAttributes>();
  if (in.size() == 0) return;
  const Rows rows(in.shape(), axis);
  const std::int64_t n = rows.length, lines = rows.count;
  const std::int64_t first = reverse ? (n - 1) * rows.step : 0, step = reverse ? -rows.step : rows.step;
  visit_dtype(in.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using R = std::conditional_t<std::is_integral_v<T>, std::int64_t, T>;
    const std::int64_t lines_in_part = std::max<std::int64_t>(1, elementwise_grain / n);
    parallel_for((lines + lines_in_part - 1) / lines_in_part, [&](std::int64_t part) {
      for (std::int64_t line = part * lines_in_part; line < std::min(lines, (part + 1) * lines_in_part); ++line) {
        const std::int64_t start = rows.start(line) + first;
        running_sums(in.as<const T>() + start, out.as<R>() + start, n, step);
      }
    });
  });
}

const Kernel cumsum_kernel{.run = cumsum_run};

}  // namespace

void register_cumsum_kernels() { register_kernel(cumsum_op, Device::Type::cpu, cumsum_kernel); }

}  // namespace triptych
