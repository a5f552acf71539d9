// How a BLAS library is told where a matrix lies: what oneDNN's and cuBLAS's products share.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace triptych {

struct BlasMatrix {
  bool transposed;       // its columns are dense, not its rows
  std::int64_t leading;  // elements from one dense line to the next: at least a line's length, as BLAS demands
};

/// For a rows x columns matrix with these steps; none if its elements lie so that it must be copied. A step between
/// lines of which there is one means nothing.
inline std::optional<BlasMatrix> blas_matrix(std::int64_t rows, std::int64_t columns, std::int64_t row,
                                             std::int64_t column) {
  if ((column == 1 || columns <= 1) && (rows <= 1 || row >= columns))
    return BlasMatrix{false, std::max<std::int64_t>(rows <= 1 ? columns : row, 1)};
  if ((row == 1 || rows <= 1) && (columns <= 1 || column >= rows))
    return BlasMatrix{true, std::max<std::int64_t>(columns <= 1 ? rows : column, 1)};
  return std::nullopt;
}

}  // namespace triptych
