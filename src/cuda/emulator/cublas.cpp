// cuBLAS on the CPU: plain loops, column-major, in the stream of the handle.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "cublas_v2.h"
#include "cuda/emulator/device.h"
#include "cuda/emulator/library_call.h"
#include "cuda_bf16.h"
#include "cuda_fp16.h"

struct cublasContext {
  cudaStream_t stream = nullptr;
};

using namespace triptych::cuda::emulator;

namespace {

struct Matrix {
  const void* data;
  cudaDataType type;
  bool transposed;
  std::int64_t leading;  // elements from one column to the next
  std::int64_t stride;   // elements from one matrix of the batch to the next
};

struct Gemm {
  std::int64_t m, n, k, batch;
  double alpha, beta;
  Matrix a, b, c;
};

std::size_t size_of(cudaDataType type) { return type == CUDA_R_64F ? 8 : type == CUDA_R_32F ? 4 : 2; }

/// Calls body with a null pointer of the type's own C++ type.
template <class Body>
void with_type(cudaDataType type, Body body) {
  switch (type) {
    case CUDA_R_32F:
      return body(static_cast<float*>(nullptr));
    case CUDA_R_64F:
      return body(static_cast<double*>(nullptr));
    case CUDA_R_16F:
      return body(static_cast<__half*>(nullptr));
    case CUDA_R_16BF:
      return body(static_cast<__nv_bfloat16*>(nullptr));
  }
}

/// op(matrix), rows x columns, as a dense column-major matrix of the compute type.
template <class Compute>
std::vector<Compute> dense(const Matrix& matrix, std::int64_t rows, std::int64_t columns, std::int64_t batch) {
  std::vector<Compute> values(rows * columns);
  with_type(matrix.type, [&]<class T>(T*) {
    const T* from = static_cast<const T*>(matrix.data) + batch * matrix.stride;
    std::int64_t row_step = matrix.transposed ? matrix.leading : 1,
                 column_step = matrix.transposed ? 1 : matrix.leading;
    for (std::int64_t j = 0; j < columns; ++j) {
      for (std::int64_t i = 0; i < rows; ++i) values[j * rows + i] = Compute(from[i * row_step + j * column_step]);
    }
  });
  return values;
}

template <class Compute>
void multiply(const Gemm& g) {
  for (std::int64_t batch = 0; batch < g.batch; ++batch) {
    std::vector<Compute> a = dense<Compute>(g.a, g.m, g.k, batch), b = dense<Compute>(g.b, g.k, g.n, batch);
    std::vector<Compute> column(g.m);
    with_type(g.c.type, [&]<class T>(T*) {
      T* c = static_cast<T*>(const_cast<void*>(g.c.data)) + batch * g.c.stride;
      for (std::int64_t j = 0; j < g.n; ++j) {
        std::fill(column.begin(), column.end(), Compute(0));
        for (std::int64_t p = 0; p < g.k; ++p) {
          const Compute factor = b[j * g.k + p], *from = &a[p * g.m];
          for (std::int64_t i = 0; i < g.m; ++i) column[i] += from[i] * factor;
        }
        for (std::int64_t i = 0; i < g.m; ++i) {
          T& to = c[j * g.c.leading + i];
          Compute value = Compute(g.alpha) * column[i];
          if (g.beta != 0)
            value += Compute(g.beta) * Compute(to);  // at beta = 0 what was there, be it NaN, is not read
          to = T(value);
        }
      }
    });
  }
}

/// The bytes from a matrix's first element to the end of its last one, over the whole batch.
std::size_t extent(const Matrix& matrix, std::int64_t rows, std::int64_t columns, std::int64_t batch) {
  if (matrix.transposed) std::swap(rows, columns);
  if (rows == 0 || columns == 0 || batch == 0) return 0;
  return std::size_t((batch - 1) * matrix.stride + (columns - 1) * matrix.leading + rows) * size_of(matrix.type);
}

bool is_supported(cublasComputeType_t compute, cudaDataType a, cudaDataType b, cudaDataType c) {
  if (a != b) return false;
  if (compute == CUBLAS_COMPUTE_64F) return a == CUDA_R_64F && c == CUDA_R_64F;
  if (a == CUDA_R_64F || c == CUDA_R_64F) return false;
  return c == a || c == CUDA_R_32F;
}

double scalar(const void* value, cublasComputeType_t compute) {
  return compute == CUBLAS_COMPUTE_64F ? *static_cast<const double*>(value) : *static_cast<const float*>(value);
}

cublasStatus_t run(cublasHandle_t handle, const char* call, int m, int n, int k, int batch, const void* alpha,
                   const void* beta, cublasComputeType_t compute, const Matrix& a, const Matrix& b, const Matrix& c) {
  if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (alpha == nullptr || beta == nullptr || std::min({m, n, k, batch}) < 0) return CUBLAS_STATUS_INVALID_VALUE;
  auto fits = [](const Matrix& matrix, int rows, int columns) {
    return matrix.leading >= std::max(1, matrix.transposed ? columns : rows);
  };
  if (!fits(a, m, k) || !fits(b, k, n) || !fits(c, m, n)) return CUBLAS_STATUS_INVALID_VALUE;
  if (!is_supported(compute, a.type, b.type, c.type)) return CUBLAS_STATUS_NOT_SUPPORTED;
  Gemm gemm{m, n, k, batch, scalar(alpha, compute), scalar(beta, compute), a, b, c};
  bool is_empty = m == 0 || n == 0;
  bool submitted =
      submit_library_call(handle->stream, call,
                          {{"a", a.data, is_empty ? 0 : extent(a, m, k, batch)},
                           {"b", b.data, is_empty ? 0 : extent(b, k, n, batch)},
                           {"c", c.data, extent(c, m, n, batch)}},
                          [=] { compute == CUBLAS_COMPUTE_64F ? multiply<double>(gemm) : multiply<float>(gemm); });
  return submitted ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
}

/// op(a) x = alpha b by substitution, column by column.
template <class T>
cublasStatus_t solve_triangular(cublasHandle_t handle, const char* call, cublasSideMode_t side, cublasFillMode_t uplo,
                                cublasOperation_t trans, cublasDiagType_t diag, int m, int n, const T* alpha,
                                const T* a, int lda, T* b, int ldb) {
  if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (alpha == nullptr || m < 0 || n < 0 || lda < std::max(1, m) || ldb < std::max(1, m))
    return CUBLAS_STATUS_INVALID_VALUE;
  if (side != CUBLAS_SIDE_LEFT) return CUBLAS_STATUS_NOT_SUPPORTED;
  const auto bytes = [](std::int64_t leading, std::int64_t rows, std::int64_t columns) {
    return rows == 0 || columns == 0 ? 0 : std::size_t((columns - 1) * leading + rows) * sizeof(T);
  };
  const T factor = *alpha;
  const bool transposed = trans != CUBLAS_OP_N, upper = (uplo == CUBLAS_FILL_MODE_UPPER) != transposed;
  const bool submitted = submit_library_call(
      handle->stream, call, {{"a", a, n == 0 ? 0 : bytes(lda, m, m)}, {"b", b, bytes(ldb, m, n)}}, [=] {
        const auto at = [&](std::int64_t i, std::int64_t j) { return transposed ? a[i * lda + j] : a[j * lda + i]; };
        for (std::int64_t column = 0; column < n; ++column) {
          T* x = b + column * ldb;
          for (std::int64_t step = 0; step < m; ++step) {
            const std::int64_t i = upper ? m - 1 - step : step;
            T sum = factor * x[i];
            for (std::int64_t k = upper ? i + 1 : 0; k < (upper ? m : i); ++k) sum -= at(i, k) * x[k];
            x[i] = diag == CUBLAS_DIAG_UNIT ? sum : sum / at(i, i);
          }
        }
      });
  return submitted ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
}

}  // namespace

extern "C" {

cublasStatus_t cublasStrsm_v2(cublasHandle_t handle, cublasSideMode_t side, cublasFillMode_t uplo,
                              cublasOperation_t trans, cublasDiagType_t diag, int m, int n, const float* alpha,
                              const float* a, int lda, float* b, int ldb) {
  return solve_triangular(handle, "cublasStrsm", side, uplo, trans, diag, m, n, alpha, a, lda, b, ldb);
}

cublasStatus_t cublasDtrsm_v2(cublasHandle_t handle, cublasSideMode_t side, cublasFillMode_t uplo,
                              cublasOperation_t trans, cublasDiagType_t diag, int m, int n, const double* alpha,
                              const double* a, int lda, double* b, int ldb) {
  return solve_triangular(handle, "cublasDtrsm", side, uplo, trans, diag, m, n, alpha, a, lda, b, ldb);
}

cublasStatus_t cublasCreate_v2(cublasHandle_t* handle) {
  if (handle == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
  if (device_count() == 0) return CUBLAS_STATUS_NOT_INITIALIZED;
  *handle = new cublasContext;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasDestroy_v2(cublasHandle_t handle) {
  if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  delete handle;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetStream_v2(cublasHandle_t handle, cudaStream_t stream) {
  if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  handle->stream = stream;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasGetStream_v2(cublasHandle_t handle, cudaStream_t* stream) {
  if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  *stream = handle->stream;
  return CUBLAS_STATUS_SUCCESS;
}

// Full float32 is always computed, and no workspace is used, so these two need no more than a handle.
cublasStatus_t cublasSetMathMode(cublasHandle_t handle, cublasMath_t) {
  return handle ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_INITIALIZED;
}
cublasStatus_t cublasSetWorkspace_v2(cublasHandle_t handle, void*, size_t) {
  return handle ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_INITIALIZED;
}

const char* cublasGetStatusName(cublasStatus_t status) {
  switch (status) {
    case CUBLAS_STATUS_SUCCESS:
      return "CUBLAS_STATUS_SUCCESS";
    case CUBLAS_STATUS_NOT_INITIALIZED:
      return "CUBLAS_STATUS_NOT_INITIALIZED";
    case CUBLAS_STATUS_ALLOC_FAILED:
      return "CUBLAS_STATUS_ALLOC_FAILED";
    case CUBLAS_STATUS_INVALID_VALUE:
      return "CUBLAS_STATUS_INVALID_VALUE";
    case CUBLAS_STATUS_ARCH_MISMATCH:
      return "CUBLAS_STATUS_ARCH_MISMATCH";
    case CUBLAS_STATUS_EXECUTION_FAILED:
      return "CUBLAS_STATUS_EXECUTION_FAILED";
    case CUBLAS_STATUS_INTERNAL_ERROR:
      return "CUBLAS_STATUS_INTERNAL_ERROR";
    case CUBLAS_STATUS_NOT_SUPPORTED:
      return "CUBLAS_STATUS_NOT_SUPPORTED";
  }
  return "<unknown>";
}

const char* cublasGetStatusString(cublasStatus_t status) {
  switch (status) {
    case CUBLAS_STATUS_SUCCESS:
      return "success";
    case CUBLAS_STATUS_NOT_INITIALIZED:
      return "the library was not initialized";
    case CUBLAS_STATUS_ALLOC_FAILED:
      return "the resource allocation failed";
    case CUBLAS_STATUS_INVALID_VALUE:
      return "an unsupported value or parameter was passed to the function";
    case CUBLAS_STATUS_ARCH_MISMATCH:
      return "the function requires an architectural feature absent from the device";
    case CUBLAS_STATUS_EXECUTION_FAILED:
      return "the function failed to launch on the GPU";
    case CUBLAS_STATUS_INTERNAL_ERROR:
      return "an internal operation failed";
    case CUBLAS_STATUS_NOT_SUPPORTED:
      return "the requested functionality is not supported";
  }
  return "<unknown>";
}

cublasStatus_t cublasGemmStridedBatchedEx(cublasHandle_t handle, cublasOperation_t transa, cublasOperation_t transb,
                                          int m, int n, int k, const void* alpha, const void* a, cudaDataType a_type,
                                          int lda, long long int stride_a, const void* b, cudaDataType b_type, int ldb,
                                          long long int stride_b, const void* beta, void* c, cudaDataType c_type,
                                          int ldc, long long int stride_c, int batch_count, cublasComputeType_t compute,
                                          cublasGemmAlgo_t) {
  return run(handle, "cublasGemmStridedBatchedEx", m, n, k, batch_count, alpha, beta, compute,
             {a, a_type, transa != CUBLAS_OP_N, lda, stride_a}, {b, b_type, transb != CUBLAS_OP_N, ldb, stride_b},
             {c, c_type, false, ldc, stride_c});
}

cublasStatus_t cublasGemmEx(cublasHandle_t handle, cublasOperation_t transa, cublasOperation_t transb, int m, int n,
                            int k, const void* alpha, const void* a, cudaDataType a_type, int lda, const void* b,
                            cudaDataType b_type, int ldb, const void* beta, void* c, cudaDataType c_type, int ldc,
                            cublasComputeType_t compute, cublasGemmAlgo_t) {
  return run(handle, "cublasGemmEx", m, n, k, 1, alpha, beta, compute, {a, a_type, transa != CUBLAS_OP_N, lda, 0},
             {b, b_type, transb != CUBLAS_OP_N, ldb, 0}, {c, c_type, false, ldc, 0});
}

cublasStatus_t cublasSgemm_v2(cublasHandle_t handle, cublasOperation_t transa, cublasOperation_t transb, int m, int n,
                              int k, const float* alpha, const float* a, int lda, const float* b, int ldb,
                              const float* beta, float* c, int ldc) {
  return run(handle, "cublasSgemm", m, n, k, 1, alpha, beta, CUBLAS_COMPUTE_32F,
             {a, CUDA_R_32F, transa != CUBLAS_OP_N, lda, 0}, {b, CUDA_R_32F, transb != CUBLAS_OP_N, ldb, 0},
             {c, CUDA_R_32F, false, ldc, 0});
}

cublasStatus_t cublasDgemm_v2(cublasHandle_t handle, cublasOperation_t transa, cublasOperation_t transb, int m, int n,
                              int k, const double* alpha, const double* a, int lda, const double* b, int ldb,
                              const double* beta, double* c, int ldc) {
  return run(handle, "cublasDgemm", m, n, k, 1, alpha, beta, CUBLAS_COMPUTE_64F,
             {a, CUDA_R_64F, transa != CUBLAS_OP_N, lda, 0}, {b, CUDA_R_64F, transb != CUBLAS_OP_N, ldb, 0},
             {c, CUDA_R_64F, false, ldc, 0});
}

}  // extern "C"
