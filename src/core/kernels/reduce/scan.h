// Scans along an axis: several lines at a time, one after the other's element, so that no step waits for the one before
// it, and neighbouring lines are read as they lie in memory.
#pragma once

#include "core/formulas/scan.h"
#include "core/kernels/elementwise.h"
#include "core/kernels/path.h"
#include "core/kernels/row_layout.h"
#include "core/ops/reduce/scan.h"

namespace triptych {

namespace scan_paths {
inline Path neighbours("scan: neighbouring lines"), dense_lines("scan: dense lines"), rest("scan: the last few lines");
}  // namespace scan_paths

/// `count` lines (a constant, where the compiler shall unroll) whose elements lie `apart` from each other.
template <class Formula, class Count>
void scan_lines(const Formula& formula, std::int64_t n, std::int64_t at, std::int64_t step, std::int64_t apart,
                bool reverse, Count count) {
  typename Formula::Value values[64];
  for (std::int64_t c = 0; c < count; ++c) values[c] = Formula::identity();
  for (std::int64_t k = 0; k < n; ++k, at += step)
    for (std::int64_t c = 0; c < count; ++c) {
      const std::int64_t own = at + c * apart;
      values[c] = formula(values[c], formula.load(own, reverse ? n - 1 - k : k, k == 0 ? -1 : own - step));
      formula.store(own, values[c]);
    }
}

/// Runs a formula along the call's axis.
template <class Formula>
void scan(const KernelCall& call, const Formula& formula) {
  const auto& [axis, backwards] = call.attributes_as<ScanAttributes>();
  const Shape& shape = call.inputs[0].shape();
  if (shape.size() == 0) return;
  const Rows rows(shape, axis);
  const bool dense = rows.step == 1, reverse = backwards;
  (dense ? scan_paths::dense_lines : scan_paths::neighbours).take();
  // A group of lines lies side by side, or one behind the other.
  constexpr std::int64_t side_by_side = 64, behind = 4;
  const std::int64_t n = rows.length, group = dense ? rows.count : rows.step, apart = dense ? n : 1;
  const std::int64_t together = dense ? behind : side_by_side, blocks = (group + together - 1) / together;
  const std::int64_t tasks = rows.count / group * blocks;
  const std::int64_t per_part = std::max<std::int64_t>(1, elementwise_grain / (n * std::min(together, group)));
  parallel_for((tasks + per_part - 1) / per_part, [&](std::int64_t part) {
    for (std::int64_t task = part * per_part; task < std::min(tasks, (part + 1) * per_part); ++task) {
      const std::int64_t line = task / blocks * group + task % blocks * together;
      const std::int64_t count = std::min(together, group - task % blocks * together);
      const std::int64_t at = rows.start(line) + (reverse ? (n - 1) * rows.step : 0);
      const std::int64_t step = reverse ? -rows.step : rows.step;
      if (count == side_by_side) {
        scan_lines(formula, n, at, step, 1, reverse, std::integral_constant<std::int64_t, side_by_side>());
      } else if (dense && count == behind) {
        scan_lines(formula, n, at, step, apart, reverse, std::integral_constant<std::int64_t, behind>());
      } else {
        scan_paths::rest.take();
        scan_lines(formula, n, at, step, apart, reverse, count);
      }
    }
  });
}

/// Calls f(in, out) with null pointers of the element types of a sum of this dtype.
template <class F>
void visit_summed(DType dtype, F f) {
  visit_dtype(dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    f(type, static_cast<std::conditional_t<std::is_integral_v<T>, std::int64_t, T>*>(nullptr));
  });
}

}  // namespace triptych
