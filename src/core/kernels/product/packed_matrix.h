// A matrix that many products share: its columns are packed once, as the inner loop reads them.
#pragma once

#include <algorithm>

#include "core/kernels/product/micro_kernel.h"
#include "core/support/checked.h"
#include "triptych/core/op.h"

namespace triptych {

/// A k x n matrix on the right of products, by gemm.h's rule.
template <class T>
class PackedMatrix {
 public:
  PackedMatrix(std::int64_t k, std::int64_t n, MatrixIn<T> matrix)
      : k_(k), n_(n), panels_(bytes_of(sizeof(T), k, (n + panel_width<T> - 1) / panel_width<T>, panel_width<T>)) {
    for (std::int64_t j = 0; j < n; j += panel_width<T>) {
      const std::int64_t columns = std::min<std::int64_t>(panel_width<T>, n - j);
      if (k > 0)
        pack<T>(k, columns, {matrix.data + j * matrix.column, matrix.row, matrix.column}, panel(j),
                padded_width<T>(columns));
    }
  }

  /// c = a b for m rows, on this thread.
  void multiply(std::int64_t m, const T* a, std::int64_t a_row, T* c, std::int64_t c_row) const {
    static constexpr std::int64_t from_start = 0;
    for (std::int64_t j = 0; j < n_; j += panel_width<T>) {
      const std::int64_t columns = std::min<std::int64_t>(panel_width<T>, n_ - j), width = padded_width<T>(columns);
      for (std::int64_t l = 0; l < std::max<std::int64_t>(k_, 1); l += gemm_depth) {
        const std::int64_t depth = std::min(gemm_depth, k_ - l);
        for (std::int64_t i = 0, rows; i < m; i += rows) {
          rows = next_rows(m - i);
          const T* starts[block_rows];
          for (std::int64_t r = 0; r < rows; ++r) starts[r] = a + (i + r) * a_row + l;
          block_function<T>(rows, width)(starts, {&from_start, 1, depth, 1}, panel(j) + l * width, width,
                                         c + i * c_row + j, c_row, columns, l > 0, nullptr);
        }
      }
    }
  }

 private:
  T* panel(std::int64_t column) const { return panels_.template as<T>() + column * k_; }

  std::int64_t k_, n_;
  Scratch panels_;
};

}  // namespace triptych
