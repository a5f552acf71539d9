// Scans along an axis: a team of threads goes along its line in steps of its size.
#pragma once

#include "core/formulas/scan.h"
#include "core/kernels/strided.h"
#include "core/ops/reduce/scan.h"
#include "cuda/kernels/rows.h"
#include "cuda/kernels/scan.h"

namespace triptych::cuda {

template <class Formula>
struct ScanLine {
  using Value = typename Formula::Value;
  Formula formula;
  std::int64_t length;
  bool reverse;
  __device__ void operator()(const Row& row) const {
    const std::int64_t step = reverse ? -row.step : row.step;
    Value before = Formula::identity();
    for (std::int64_t begin = 0; begin < length; begin += row.teams.size) {
      const std::int64_t k = begin + row.team.rank, i = reverse ? length - 1 - k : k;
      const bool real = k < row.length;
      const std::int64_t at = row.start + i * row.step;
      const Value own = real ? formula.load(at, i, k == 0 ? -1 : at - step) : Formula::identity();
      const auto [left, total] =
          scan_team(row.teams, own, Formula::identity(), formula, static_cast<Value*>(row.shared));
      if (real) formula.store(at, formula(formula(before, left), own));
      before = formula(before, total);
    }
  }
};

/// Runs a formula along the call's axis.
template <class Formula>
void scan(const KernelCall& call, const Formula& formula) {
  const auto& [axis, reverse] = call.attributes_as<ScanAttributes>();
  const Rows rows(call.inputs[0].shape(), axis);
  each_row(call, rows, ScanLine<Formula>{formula, rows.length, reverse});
}

/// Calls f(in, out) with null pointers of the element types of a sum of this dtype.
template <class F>
void visit_summed(DType dtype, F f) {
  visit_dtype(dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    f(type, static_cast<std::conditional_t<std::is_integral_v<T>, std::int64_t, T>*>(nullptr));
  });
}

}  // namespace triptych::cuda
