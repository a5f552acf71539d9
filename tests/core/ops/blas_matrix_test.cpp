// What a BLAS library is told of a matrix leads to each of its elements, and is what BLAS accepts.
#include "core/kernels/product/blas_matrix.h"

#include <gtest/gtest.h>

#include "triptych/core/ops.h"

namespace tt = triptych;

TEST(BlasMatrix, LeadsToEveryElement) {
  int told = 0;
  for (std::int64_t rows = 0; rows <= 5; ++rows)
    for (std::int64_t columns = 0; columns <= 5; ++columns)
      for (std::int64_t row = 0; row <= 7; ++row)
        for (std::int64_t column = 0; column <= 7; ++column) {
          const auto matrix = tt::blas_matrix(rows, columns, row, column);
          const bool dense = (column == 1 || columns <= 1) && (rows <= 1 || row >= columns);
          const bool dense_columns = (row == 1 || rows <= 1) && (columns <= 1 || column >= rows);
          ASSERT_EQ(matrix.has_value(), dense || dense_columns);
          if (!matrix) continue;
          ++told;
          ASSERT_GE(matrix->leading, std::max<std::int64_t>(1, matrix->transposed ? rows : columns));
          for (std::int64_t i = 0; i < rows; ++i)
            for (std::int64_t j = 0; j < columns; ++j)
              ASSERT_EQ(matrix->transposed ? j * matrix->leading + i : i * matrix->leading + j, i * row + j * column)
                  << rows << " x " << columns << ", steps " << row << " and " << column;
        }
  EXPECT_GT(told, 500);
}

// oneDNN refused these once, and the results were what lay in memory. (On a processor on which it is not chosen,
// paths_test/onednn takes its place.)
TEST(BlasMatrix, OuterProducts) {
  const tt::Tensor u = tt::reshape(tt::arange(512) * 0.125, {512, 1}),
                   w = tt::reshape(tt::arange(512) * 0.25, {512, 1});
  const auto outer = tt::matmul(u, tt::transpose(w)).to_vector<float>();
  for (std::size_t i = 0; i < 512; ++i)
    for (std::size_t j = 0; j < 512; ++j)
      ASSERT_EQ(outer[i * 512 + j], static_cast<float>(i) * 0.125f * (static_cast<float>(j) * 0.25f)) << i << ", " << j;
  tt::Tensor x = tt::ones({512, 512}).set_requires_grad();
  tt::sum(tt::matmul(x, w) * u).backward();
  EXPECT_EQ(x.grad().to_vector<float>(), outer);
}
