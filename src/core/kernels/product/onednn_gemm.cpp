// oneDNN's matrix product, for tiles on which it keeps gemm.h's rule bit for bit.
#include <oneapi/dnnl/dnnl.h>

#include <algorithm>
#include <string>

#include "core/kernels/onednn.h"
#include "core/kernels/path.h"
#include "core/kernels/product/blas_matrix.h"
#include "core/kernels/product/gemm.h"
#include "triptych/core/error.h"

namespace triptych {
namespace {

Path rows_by_rows("oneDNN gemm: rows, rows", onednn_chosen),
    rows_by_columns("oneDNN gemm: rows, columns", onednn_chosen),
    columns_by_rows("oneDNN gemm: columns, rows", onednn_chosen),
    columns_by_columns("oneDNN gemm: columns, columns", onednn_chosen);

}  // namespace

bool onednn_gemm_tile(std::int64_t m, std::int64_t n, std::int64_t k, MatrixIn<float> a, MatrixIn<float> b,
                      MatrixOut<float> c) {
  // Its AVX-512 kernel computes one chain of up to 384 terms, whatever the strides (a test holds it to that); others do
  // not. With fewer rows or columns it takes other paths.
  if (m < 16 || n < 16 || k < 1 || !onednn_chosen()) return false;
  const auto left = blas_matrix(m, k, a.row, a.column), right = blas_matrix(k, n, b.row, b.column);
  if (!left || !right) return false;
  (left->transposed    ? right->transposed ? columns_by_columns : columns_by_rows
   : right->transposed ? rows_by_columns
                       : rows_by_rows)
      .take();
  const OneOpenMPThread guard;
  for (std::int64_t l = 0; l < k; l += gemm_depth) {
    const dnnl_status_t status = dnnl_sgemm(left->transposed ? 'T' : 'N', right->transposed ? 'T' : 'N', m, n,
                                            std::min(gemm_depth, k - l), 1.0f, a.data + l * a.column, left->leading,
                                            b.data + l * b.row, right->leading, l == 0 ? 0.0f : 1.0f, c.data, c.row);
    if (status != dnnl_success)
      throw InternalError("matmul", "oneDNN refused a product", "status " + std::to_string(status));
  }
  return true;
}

}  // namespace triptych
