// oneDNN's matrix product, for tiles on which it keeps gemm.h's rule bit for bit.
#include <oneapi/dnnl/dnnl.h>

#include <algorithm>

#include "core/kernels/onednn.h"
#include "core/kernels/product/gemm.h"

namespace triptych {
namespace {

/// How BLAS is told about a matrix: false if neither step is one.
bool as_blas(MatrixIn<float> matrix, std::int64_t rows, std::int64_t columns, char& transposed, std::int64_t& step) {
  transposed = matrix.column == 1 ? 'N' : 'T';
  step = matrix.column == 1 ? matrix.row : matrix.column;
  return (matrix.column == 1 && step >= columns) || (matrix.row == 1 && step >= rows);
}

}  // namespace

bool onednn_gemm_tile(std::int64_t m, std::int64_t n, std::int64_t k, MatrixIn<float> a, MatrixIn<float> b,
                      MatrixOut<float> c) {
  char transpose_a, transpose_b;
  std::int64_t a_step, b_step;
  // Its AVX-512 kernel computes one chain of up to 384 terms, whatever the strides (a test holds it to that); others do
  // not. With fewer rows or columns it takes other paths.
  if (m < 16 || n < 16 || !onednn_wanted() || !has_avx512() || !as_blas(a, m, k, transpose_a, a_step) ||
      !as_blas(b, k, n, transpose_b, b_step))
    return false;
  const OneOpenMPThread guard;
  for (std::int64_t l = 0; l < k; l += gemm_depth)
    dnnl_sgemm(transpose_a, transpose_b, m, n, std::min(gemm_depth, k - l), 1.0f, a.data + l * a.column, a_step,
               b.data + l * b.row, b_step, l == 0 ? 0.0f : 1.0f, c.data, c.row);
  return true;
}

}  // namespace triptych
