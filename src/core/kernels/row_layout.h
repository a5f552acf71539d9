// Where the rows along one axis of a row-major tensor lie.
#pragma once

#include <algorithm>
#include <cstdint>

#include "triptych/core/op.h"

namespace triptych {

/// Elements of rows that are worth a task of their own.
inline constexpr std::int64_t row_grain = 8192;

/// Element i of row r lies at start(r) + i * step.
struct Rows {
  std::int64_t count = 1, length = 1, step = 1;

  Rows(const Shape& shape, std::int64_t axis) {
    if (shape.rank() == 0) return;
    const int at = static_cast<int>(axis < 0 ? axis + shape.rank() : axis);
    for (int i = 0; i < shape.rank(); ++i) {
      if (i == at)
        length = shape[i];
      else
        count *= shape[i];
      if (i > at) step *= shape[i];
    }
  }
  TRIPTYCH_HOST_DEVICE std::int64_t start(std::int64_t row) const { return row / step * length * step + row % step; }

  /// Calls `work(first, last)` for parts of the rows, in parallel.
  template <class Work>
  void for_each_part(Work work) const {
    const std::int64_t per_part = std::max<std::int64_t>(1, row_grain / std::max<std::int64_t>(length, 1));
    if (count <= 2 * per_part) {
      if (count > 0) work(0, count);
      return;
    }
    parallel_for((count + per_part - 1) / per_part,
                 [&](std::int64_t part) { work(part * per_part, std::min(count, (part + 1) * per_part)); });
  }
};

}  // namespace triptych
