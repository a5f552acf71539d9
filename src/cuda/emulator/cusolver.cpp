// cuSOLVER on the CPU: textbook loops in double, column-major, in the stream of the handle.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "cuda/emulator/device.h"
#include "cuda/emulator/library_call.h"
#include "cusolverDn.h"

struct cusolverDnContext {
  cudaStream_t stream = nullptr;
};
struct cusolverDnParams {};

using namespace triptych::cuda::emulator;

namespace {

/// A dense matrix, column by column.
struct Matrix {
  std::int64_t rows, columns;
  std::vector<double> values;

  Matrix(std::int64_t r, std::int64_t c) : rows(r), columns(c), values(std::size_t(r * c), 0) {}
  double& operator()(std::int64_t i, std::int64_t j) { return values[std::size_t(j * rows + i)]; }
  double operator()(std::int64_t i, std::int64_t j) const { return values[std::size_t(j * rows + i)]; }
  static Matrix unit(std::int64_t r, std::int64_t c) {
    Matrix result(r, c);
    for (std::int64_t i = 0; i < std::min(r, c); ++i) result(i, i) = 1;
    return result;
  }
};

/// Where a caller's matrix lies.
struct Place {
  void* data;
  cudaDataType type;
  std::int64_t leading;

  std::size_t bytes(std::int64_t rows, std::int64_t columns) const {
    if (rows == 0 || columns == 0) return 0;
    return std::size_t((columns - 1) * leading + rows) * (type == CUDA_R_64F ? 8 : 4);
  }
  double get(std::int64_t i, std::int64_t j) const {
    const std::int64_t at = j * leading + i;
    return type == CUDA_R_64F ? static_cast<double*>(data)[at] : double(static_cast<float*>(data)[at]);
  }
  void set(std::int64_t i, std::int64_t j, double value) const {
    const std::int64_t at = j * leading + i;
    if (type == CUDA_R_64F)
      static_cast<double*>(data)[at] = value;
    else
      static_cast<float*>(data)[at] = float(value);
  }
  Matrix load(std::int64_t rows, std::int64_t columns) const {
    Matrix result(rows, columns);
    for (std::int64_t j = 0; j < columns; ++j)
      for (std::int64_t i = 0; i < rows; ++i) result(i, j) = get(i, j);
    return result;
  }
  void store(const Matrix& values) const {
    for (std::int64_t j = 0; j < values.columns; ++j)
      for (std::int64_t i = 0; i < values.rows; ++i) set(i, j, values(i, j));
  }
};

Place place(const void* data, cudaDataType type, std::int64_t leading) {
  return {const_cast<void*>(data), type, leading};
}

bool is_valid(cusolverDnHandle_t handle, std::initializer_list<cudaDataType> types, std::int64_t rows,
              std::int64_t columns, std::int64_t leading) {
  return handle != nullptr && rows >= 0 && columns >= 0 && leading >= std::max<std::int64_t>(1, rows) &&
         std::all_of(types.begin(), types.end(), [](cudaDataType t) { return t == CUDA_R_32F || t == CUDA_R_64F; });
}

cusolverStatus_t sizes(bool valid, size_t* on_device, size_t* on_host) {
  if (!valid || on_device == nullptr || on_host == nullptr) return CUSOLVER_STATUS_INVALID_VALUE;
  *on_device = 64;  // so that callers pass a buffer
  *on_host = 0;
  return CUSOLVER_STATUS_SUCCESS;
}

cusolverStatus_t submit_call(bool valid, cusolverDnHandle_t handle, const char* call,
                             const std::vector<Operand>& operands, std::function<void()> work) {
  if (!valid) return CUSOLVER_STATUS_INVALID_VALUE;
  return submit_library_call(handle->stream, call, operands, std::move(work)) ? CUSOLVER_STATUS_SUCCESS
                                                                              : CUSOLVER_STATUS_EXECUTION_FAILED;
}

/// The factor in the lower triangle; gives the order of the minor that is not positive, or 0.
int cholesky(Matrix& a) {
  for (std::int64_t j = 0; j < a.columns; ++j) {
    double left = a(j, j);
    for (std::int64_t k = 0; k < j; ++k) left -= a(j, k) * a(j, k);
    if (!(left > 0)) return int(j + 1);
    a(j, j) = std::sqrt(left);
    for (std::int64_t i = j + 1; i < a.rows; ++i) {
      double sum = a(i, j);
      for (std::int64_t k = 0; k < j; ++k) sum -= a(i, k) * a(j, k);
      a(i, j) = sum / a(j, j);
    }
  }
  return 0;
}

int lu(Matrix& a, std::int64_t* pivots) {
  int info = 0;
  for (std::int64_t k = 0; k < std::min(a.rows, a.columns); ++k) {
    std::int64_t best = k;
    for (std::int64_t i = k + 1; i < a.rows; ++i)
      if (std::abs(a(i, k)) > std::abs(a(best, k))) best = i;
    pivots[k] = best + 1;
    for (std::int64_t j = 0; j < a.columns; ++j) std::swap(a(k, j), a(best, j));
    if (a(k, k) == 0) {
      if (info == 0) info = int(k + 1);
      continue;
    }
    for (std::int64_t i = k + 1; i < a.rows; ++i) {
      a(i, k) /= a(k, k);
      for (std::int64_t j = k + 1; j < a.columns; ++j) a(i, j) -= a(i, k) * a(k, j);
    }
  }
  return info;
}

/// x - tau v (v^T x) for columns `first` on, v = (1, a(k + 1, k), ...) from row k on.
void reflect(const Matrix& a, std::int64_t k, double tau, Matrix& x, std::int64_t first) {
  for (std::int64_t j = first; j < x.columns; ++j) {
    double sum = x(k, j);
    for (std::int64_t i = k + 1; i < a.rows; ++i) sum += a(i, k) * x(i, j);
    x(k, j) -= tau * sum;
    for (std::int64_t i = k + 1; i < a.rows; ++i) x(i, j) -= tau * sum * a(i, k);
  }
}

std::vector<double> reflections(Matrix& a) {
  std::vector<double> taus;
  for (std::int64_t k = 0; k < std::min(a.rows, a.columns); ++k) {
    double below = 0;
    for (std::int64_t i = k + 1; i < a.rows; ++i) below += a(i, k) * a(i, k);
    const double alpha = a(k, k), beta = -std::copysign(std::sqrt(alpha * alpha + below), alpha);
    taus.push_back(below == 0 ? 0 : (beta - alpha) / beta);
    if (below == 0) continue;
    for (std::int64_t i = k + 1; i < a.rows; ++i) a(i, k) /= alpha - beta;
    reflect(a, k, taus.back(), a, k + 1);
    a(k, k) = beta;
  }
  return taus;
}

/// Jacobi's rotations of columns i and j of x.
void rotate(Matrix& x, std::int64_t i, std::int64_t j, double c, double s) {
  for (std::int64_t row = 0; row < x.rows; ++row) {
    const double a = x(row, i), b = x(row, j);
    x(row, i) = c * a - s * b;
    x(row, j) = s * a + c * b;
  }
}

constexpr int most_sweeps = 60;

/// One-sided: the columns of a become orthogonal, a v = what they become. False: not within so many sweeps.
bool orthogonalize(Matrix& a, Matrix& v) {
  for (int sweep = 0; sweep < most_sweeps; ++sweep) {
    bool done = true;
    for (std::int64_t i = 0; i < a.columns; ++i)
      for (std::int64_t j = i + 1; j < a.columns; ++j) {
        double p = 0, q = 0, r = 0;
        for (std::int64_t k = 0; k < a.rows; ++k) {
          p += a(k, i) * a(k, i);
          q += a(k, j) * a(k, j);
          r += a(k, i) * a(k, j);
        }
        if (!std::isfinite(p + q + r)) return false;
        if (std::abs(r) <= 1e-16 * std::sqrt(p * q) || r == 0) continue;
        done = false;
        const double t = (q - p) / (2 * r);
        const double tangent = std::copysign(1, t) / (std::abs(t) + std::hypot(1, t));
        const double c = 1 / std::hypot(1, tangent), s = c * tangent;
        rotate(a, i, j, c, s);
        rotate(v, i, j, c, s);
      }
    if (done) return true;
  }
  return true;  // what is left is rounding
}

/// Cyclic Jacobi: v^T a v becomes diagonal.
bool diagonalize(Matrix& a, Matrix& v) {
  const std::int64_t n = a.rows;
  for (int sweep = 0; sweep < most_sweeps; ++sweep) {
    double beside = 0, all = 0;
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < n; ++j) {
        all += a(i, j) * a(i, j);
        if (i != j) beside += a(i, j) * a(i, j);
      }
    if (!std::isfinite(all)) return false;
    if (beside <= 1e-34 * all) return true;
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = i + 1; j < n; ++j) {
        if (a(i, j) == 0) continue;
        const double t = (a(j, j) - a(i, i)) / (2 * a(i, j));
        const double tangent = std::copysign(1, t) / (std::abs(t) + std::hypot(1, t));
        const double c = 1 / std::hypot(1, tangent), s = c * tangent;
        rotate(a, i, j, c, s);
        for (std::int64_t k = 0; k < n; ++k) {  // and the rows
          const double x = a(i, k), y = a(j, k);
          a(i, k) = c * x - s * y;
          a(j, k) = s * x + c * y;
        }
        rotate(v, i, j, c, s);
      }
  }
  return true;
}

template <class Less>
std::vector<std::int64_t> order_of(const std::vector<double>& values, Less less) {
  std::vector<std::int64_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return less(values[std::size_t(a)], values[std::size_t(b)]); });
  return order;
}

Matrix columns_in(const Matrix& x, const std::vector<std::int64_t>& order) {
  Matrix result(x.rows, x.columns);
  for (std::int64_t j = 0; j < x.columns; ++j)
    for (std::int64_t i = 0; i < x.rows; ++i) result(i, j) = x(i, order[std::size_t(j)]);
  return result;
}

/// The first `known` columns are orthonormal, but for those of zeros; these, and all behind, are made so by Gram and
/// Schmidt from unit vectors.
void complete(Matrix& u, std::int64_t known) {
  for (std::int64_t j = 0; j < u.columns; ++j) {
    double size = 0;
    for (std::int64_t i = 0; i < u.rows; ++i) size += u(i, j) * u(i, j);
    if (j < known && size > 0.5) continue;
    for (std::int64_t candidate = 0; candidate < u.rows; ++candidate) {
      for (std::int64_t i = 0; i < u.rows; ++i) u(i, j) = i == candidate;
      for (int twice = 0; twice < 2; ++twice)
        for (std::int64_t k = 0; k < u.columns; ++k) {
          if (k == j || (k > j && k >= known)) continue;
          double product = 0;
          for (std::int64_t i = 0; i < u.rows; ++i) product += u(i, k) * u(i, j);
          for (std::int64_t i = 0; i < u.rows; ++i) u(i, j) -= product * u(i, k);
        }
      double left = 0;
      for (std::int64_t i = 0; i < u.rows; ++i) left += u(i, j) * u(i, j);
      if (left < 0.01 / double(u.rows)) continue;
      for (std::int64_t i = 0; i < u.rows; ++i) u(i, j) /= std::sqrt(left);
      break;
    }
  }
}

template <class T>
cusolverStatus_t orgqr(cusolverDnHandle_t handle, const char* call, int m, int n, int k, T* a, int lda, const T* tau,
                       int* info) {
  const cudaDataType type = sizeof(T) == 8 ? CUDA_R_64F : CUDA_R_32F;
  const Place at = place(a, type, lda);
  return submit_call(is_valid(handle, {type}, m, n, lda) && n <= m && k >= 0 && k <= n, handle, call,
                     {{"a", a, at.bytes(m, n)}, {"tau", tau, std::size_t(k) * sizeof(T)}, {"info", info, sizeof(int)}},
                     [=] {
                       const Matrix given = at.load(m, n);
                       Matrix q = Matrix::unit(m, n);
                       for (int i = k; i-- > 0;) reflect(given, i, double(tau[i]), q, i);
                       at.store(q);
                       *info = 0;
                     });
}

}  // namespace

extern "C" {

cusolverStatus_t cusolverDnCreate(cusolverDnHandle_t* handle) {
  if (handle == nullptr) return CUSOLVER_STATUS_INVALID_VALUE;
  if (device_count() == 0) return CUSOLVER_STATUS_NOT_INITIALIZED;
  *handle = new cusolverDnContext;
  return CUSOLVER_STATUS_SUCCESS;
}

cusolverStatus_t cusolverDnDestroy(cusolverDnHandle_t handle) {
  if (handle == nullptr) return CUSOLVER_STATUS_NOT_INITIALIZED;
  delete handle;
  return CUSOLVER_STATUS_SUCCESS;
}

cusolverStatus_t cusolverDnSetStream(cusolverDnHandle_t handle, cudaStream_t stream) {
  if (handle == nullptr) return CUSOLVER_STATUS_NOT_INITIALIZED;
  handle->stream = stream;
  return CUSOLVER_STATUS_SUCCESS;
}

cusolverStatus_t cusolverDnCreateParams(cusolverDnParams_t* params) {
  if (params == nullptr) return CUSOLVER_STATUS_INVALID_VALUE;
  *params = new cusolverDnParams;
  return CUSOLVER_STATUS_SUCCESS;
}

cusolverStatus_t cusolverDnDestroyParams(cusolverDnParams_t params) {
  delete params;
  return CUSOLVER_STATUS_SUCCESS;
}

cusolverStatus_t cusolverDnXpotrf_bufferSize(cusolverDnHandle_t handle, cusolverDnParams_t, cublasFillMode_t, int64_t n,
                                             cudaDataType type, const void*, int64_t lda, cudaDataType,
                                             size_t* on_device, size_t* on_host) {
  return sizes(is_valid(handle, {type}, n, n, lda), on_device, on_host);
}

cusolverStatus_t cusolverDnXpotrf(cusolverDnHandle_t handle, cusolverDnParams_t, cublasFillMode_t uplo, int64_t n,
                                  cudaDataType type, void* a, int64_t lda, cudaDataType, void*, size_t, void*, size_t,
                                  int* info) {
  const Place at = place(a, type, lda);
  return submit_call(is_valid(handle, {type}, n, n, lda), handle, "cusolverDnXpotrf",
                     {{"a", a, at.bytes(n, n)}, {"info", info, sizeof(int)}}, [=] {
                       const bool upper = uplo == CUBLAS_FILL_MODE_UPPER;
                       Matrix lower(n, n);
                       for (std::int64_t j = 0; j < n; ++j)
                         for (std::int64_t i = j; i < n; ++i) lower(i, j) = upper ? at.get(j, i) : at.get(i, j);
                       *info = cholesky(lower);
                       for (std::int64_t j = 0; j < n; ++j)
                         for (std::int64_t i = j; i < n; ++i)
                           upper ? at.set(j, i, lower(i, j)) : at.set(i, j, lower(i, j));
                     });
}

cusolverStatus_t cusolverDnXgetrf_bufferSize(cusolverDnHandle_t handle, cusolverDnParams_t, int64_t m, int64_t n,
                                             cudaDataType type, const void*, int64_t lda, cudaDataType,
                                             size_t* on_device, size_t* on_host) {
  return sizes(is_valid(handle, {type}, m, n, lda), on_device, on_host);
}

cusolverStatus_t cusolverDnXgetrf(cusolverDnHandle_t handle, cusolverDnParams_t, int64_t m, int64_t n,
                                  cudaDataType type, void* a, int64_t lda, int64_t* pivots, cudaDataType, void*, size_t,
                                  void*, size_t, int* info) {
  const Place at = place(a, type, lda);
  return submit_call(is_valid(handle, {type}, m, n, lda), handle, "cusolverDnXgetrf",
                     {{"a", a, at.bytes(m, n)},
                      {"pivots", pivots, std::size_t(std::min(m, n)) * sizeof(int64_t)},
                      {"info", info, sizeof(int)}},
                     [=] {
                       Matrix values = at.load(m, n);
                       *info = lu(values, pivots);
                       at.store(values);
                     });
}

cusolverStatus_t cusolverDnXgeqrf_bufferSize(cusolverDnHandle_t handle, cusolverDnParams_t, int64_t m, int64_t n,
                                             cudaDataType type, const void*, int64_t lda, cudaDataType, const void*,
                                             cudaDataType, size_t* on_device, size_t* on_host) {
  return sizes(is_valid(handle, {type}, m, n, lda), on_device, on_host);
}

cusolverStatus_t cusolverDnXgeqrf(cusolverDnHandle_t handle, cusolverDnParams_t, int64_t m, int64_t n,
                                  cudaDataType type, void* a, int64_t lda, cudaDataType tau_type, void* tau,
                                  cudaDataType, void*, size_t, void*, size_t, int* info) {
  const Place at = place(a, type, lda), factors = place(tau, tau_type, 1);
  const std::int64_t k = std::min(m, n);
  return submit_call(is_valid(handle, {type, tau_type}, m, n, lda), handle, "cusolverDnXgeqrf",
                     {{"a", a, at.bytes(m, n)}, {"tau", tau, factors.bytes(1, k)}, {"info", info, sizeof(int)}}, [=] {
                       Matrix values = at.load(m, n);
                       const std::vector<double> taus = reflections(values);
                       at.store(values);
                       for (std::int64_t i = 0; i < k; ++i) factors.set(0, i, taus[std::size_t(i)]);
                       *info = 0;
                     });
}

cusolverStatus_t cusolverDnSorgqr_bufferSize(cusolverDnHandle_t handle, int m, int n, int, const float*, int lda,
                                             const float*, int* elements) {
  *elements = 16;
  return is_valid(handle, {}, m, n, lda) ? CUSOLVER_STATUS_SUCCESS : CUSOLVER_STATUS_INVALID_VALUE;
}
cusolverStatus_t cusolverDnDorgqr_bufferSize(cusolverDnHandle_t handle, int m, int n, int, const double*, int lda,
                                             const double*, int* elements) {
  *elements = 16;
  return is_valid(handle, {}, m, n, lda) ? CUSOLVER_STATUS_SUCCESS : CUSOLVER_STATUS_INVALID_VALUE;
}
cusolverStatus_t cusolverDnSorgqr(cusolverDnHandle_t handle, int m, int n, int k, float* a, int lda, const float* tau,
                                  float*, int, int* info) {
  return orgqr(handle, "cusolverDnSorgqr", m, n, k, a, lda, tau, info);
}
cusolverStatus_t cusolverDnDorgqr(cusolverDnHandle_t handle, int m, int n, int k, double* a, int lda, const double* tau,
                                  double*, int, int* info) {
  return orgqr(handle, "cusolverDnDorgqr", m, n, k, a, lda, tau, info);
}

cusolverStatus_t cusolverDnXsyevd_bufferSize(cusolverDnHandle_t handle, cusolverDnParams_t, cusolverEigMode_t,
                                             cublasFillMode_t, int64_t n, cudaDataType type, const void*, int64_t lda,
                                             cudaDataType, const void*, cudaDataType, size_t* on_device,
                                             size_t* on_host) {
  return sizes(is_valid(handle, {type}, n, n, lda), on_device, on_host);
}

cusolverStatus_t cusolverDnXsyevd(cusolverDnHandle_t handle, cusolverDnParams_t, cusolverEigMode_t jobz,
                                  cublasFillMode_t uplo, int64_t n, cudaDataType type, void* a, int64_t lda,
                                  cudaDataType w_type, void* w, cudaDataType, void*, size_t, void*, size_t, int* info) {
  const Place at = place(a, type, lda), values = place(w, w_type, 1);
  return submit_call(is_valid(handle, {type, w_type}, n, n, lda), handle, "cusolverDnXsyevd",
                     {{"a", a, at.bytes(n, n)}, {"w", w, values.bytes(1, n)}, {"info", info, sizeof(int)}}, [=] {
                       Matrix x(n, n), v = Matrix::unit(n, n);
                       for (std::int64_t j = 0; j < n; ++j)
                         for (std::int64_t i = j; i < n; ++i)
                           x(i, j) = x(j, i) = uplo == CUBLAS_FILL_MODE_UPPER ? at.get(j, i) : at.get(i, j);
                       *info = diagonalize(x, v) ? 0 : 1;
                       std::vector<double> found;
                       for (std::int64_t i = 0; i < n; ++i) found.push_back(x(i, i));
                       if (*info) return;
                       const std::vector<std::int64_t> order = order_of(found, std::less<double>());
                       for (std::int64_t i = 0; i < n; ++i) values.set(0, i, found[std::size_t(order[std::size_t(i)])]);
                       if (jobz == CUSOLVER_EIG_MODE_VECTOR) at.store(columns_in(v, order));
                     });
}

cusolverStatus_t cusolverDnXgesvd_bufferSize(cusolverDnHandle_t handle, cusolverDnParams_t, signed char, signed char,
                                             int64_t m, int64_t n, cudaDataType type, const void*, int64_t lda,
                                             cudaDataType, const void*, cudaDataType, const void*, int64_t,
                                             cudaDataType, const void*, int64_t, cudaDataType, size_t* on_device,
                                             size_t* on_host) {
  return sizes(is_valid(handle, {type}, m, n, lda) && m >= n, on_device, on_host);
}

cusolverStatus_t cusolverDnXgesvd(cusolverDnHandle_t handle, cusolverDnParams_t, signed char jobu, signed char jobvt,
                                  int64_t m, int64_t n, cudaDataType type, void* a, int64_t lda, cudaDataType s_type,
                                  void* s, cudaDataType u_type, void* u, int64_t ldu, cudaDataType vt_type, void* vt,
                                  int64_t ldvt, cudaDataType, void*, size_t, void*, size_t, int* info) {
  const Place at = place(a, type, lda), values = place(s, s_type, 1);
  const Place left = place(u, u_type, ldu), right = place(vt, vt_type, ldvt);
  const std::int64_t columns = jobu == 'N' ? 0 : jobu == 'A' ? m : n, rows = jobvt == 'N' ? 0 : n;
  const bool valid = is_valid(handle, {type, s_type, u_type, vt_type}, m, n, lda) && m >= n;
  return submit_call(valid, handle, "cusolverDnXgesvd",
                     {{"a", a, at.bytes(m, n)},
                      {"s", s, values.bytes(1, n)},
                      {"u", u, left.bytes(columns ? m : 0, columns)},
                      {"vt", vt, right.bytes(rows, rows)},
                      {"info", info, sizeof(int)}},
                     [=] {
                       Matrix x = at.load(m, n), v = Matrix::unit(n, n);
                       *info = orthogonalize(x, v) ? 0 : 1;
                       if (*info) return;
                       std::vector<double> found;
                       for (std::int64_t j = 0; j < n; ++j) {
                         double size = 0;
                         for (std::int64_t i = 0; i < m; ++i) size += x(i, j) * x(i, j);
                         found.push_back(std::sqrt(size));
                       }
                       const std::vector<std::int64_t> order = order_of(found, std::greater<double>());
                       const Matrix sorted = columns_in(x, order), turned = columns_in(v, order);
                       Matrix vectors(m, columns);
                       const double largest = n > 0 ? found[std::size_t(order[0])] : 0;
                       for (std::int64_t j = 0; j < n; ++j) {
                         const double value = found[std::size_t(order[std::size_t(j)])];
                         values.set(0, j, value);
                         for (std::int64_t i = 0; columns > 0 && i < m; ++i)
                           vectors(i, j) = value > 1e-14 * largest ? sorted(i, j) / value : 0;
                         for (std::int64_t i = 0; rows > 0 && i < n; ++i) right.set(j, i, turned(i, j));
                       }
                       complete(vectors, n);
                       if (columns > 0) left.store(vectors);
                     });
}

}  // extern "C"
