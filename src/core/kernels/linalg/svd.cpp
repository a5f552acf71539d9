// svd and svdvals: Householder's reflections to a bidiagonal matrix, then QR steps with implicit shifts. Source: Golub
// and Van Loan, Matrix Computations, 8.6.
#include <Eigen/SVD>
#include <functional>
#include <limits>

#include "core/kernels/linalg/rotations.h"
#include "core/ops/linalg/linalg.h"

namespace triptych {

extern const Op svd_op, svdvals_op;

namespace {

using namespace linalg;

/// An upper bidiagonal matrix on its way to a diagonal one: u diag(d) v^T stays what it was.
template <class T>
struct Bidiagonal {
  std::vector<double> d, e;
  Matrix<T>*u = nullptr, *v = nullptr;  // turned along, unless null
  double epsilon = static_cast<double>(std::numeric_limits<T>::epsilon()) / 2;

  void turn(Matrix<T>* x, std::size_t i, std::size_t k, const Rotation& rotation) {
    if (x) rotate_columns(*x, static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k), rotation.c, rotation.s);
  }

  /// d[i] is 0: its row becomes 0 by rotations with the rows below.
  void clear_row(std::size_t i, std::size_t high) {
    double f = std::exchange(e[i], 0);
    d[i] = 0;
    for (std::size_t k = i + 1; k <= high && f != 0; ++k) {
      const Rotation rotation(d[k], f);
      d[k] = rotation.r;
      if (k < high) {
        f = -rotation.s * e[k];
        e[k] *= rotation.c;
      }
      turn(u, k, i, rotation);
    }
  }
  /// d[high] is 0: its column becomes 0 by rotations with the columns before.
  void clear_column(std::size_t low, std::size_t high) {
    double f = std::exchange(e[high - 1], 0);
    d[high] = 0;
    for (std::size_t k = high; k-- > low && f != 0;) {
      const Rotation rotation(d[k], f);
      d[k] = rotation.r;
      if (k > low) {
        f = -rotation.s * e[k - 1];
        e[k - 1] *= rotation.c;
      }
      turn(v, k, high, rotation);
    }
  }

  /// Wilkinson's: the eigenvalue of the last 2 x 2 block of b^T b that is nearer to its last element.
  double shift(std::size_t low, std::size_t high) const {
    const double a = d[high - 1] * d[high - 1] + (high - 1 > low ? e[high - 2] * e[high - 2] : 0);
    const double b = d[high - 1] * e[high - 1], c = d[high] * d[high] + e[high - 1] * e[high - 1];
    if (b == 0) return c;
    const double half = (a - c) / 2;
    return c - b * b / (half + std::copysign(std::hypot(half, b), half));
  }

  void step(std::size_t low, std::size_t high) {
    double y = d[low] * d[low] - shift(low, high), z = d[low] * e[low];
    for (std::size_t k = low; k < high; ++k) {
      const Rotation right(y, z);
      if (k > low) e[k - 1] = right.r;
      y = right.c * d[k] + right.s * e[k];
      e[k] = right.c * e[k] - right.s * d[k];
      z = right.s * d[k + 1];
      d[k + 1] *= right.c;
      turn(v, k, k + 1, right);
      const Rotation left(y, z);
      d[k] = left.r;
      y = left.c * e[k] + left.s * d[k + 1];
      d[k + 1] = left.c * d[k + 1] - left.s * e[k];
      if (k + 1 < high) {
        z = left.s * e[k + 1];
        e[k + 1] *= left.c;
      }
      turn(u, k, k + 1, left);
    }
    e[high - 1] = y;
  }

  /// False: it does not converge.
  bool iterate() {
    std::size_t high = d.size() - 1;
    for (std::size_t steps = 0, most = 60 * d.size(); high > 0; ++steps) {
      for (std::size_t i = 0; i < high; ++i)
        if (std::abs(e[i]) <= epsilon * (std::abs(d[i]) + std::abs(d[i + 1])) || std::abs(e[i]) < 1e-290) e[i] = 0;
      while (high > 0 && e[high - 1] == 0) --high;
      if (high == 0) break;
      if (steps == most) return false;
      std::size_t low = high - 1;
      while (low > 0 && e[low - 1] != 0) --low;
      std::size_t zero = low;
      while (zero < high && std::abs(d[zero]) > epsilon) ++zero;
      if (zero < high)
        clear_row(zero, high);
      else if (std::abs(d[high]) <= epsilon)
        clear_column(low, high);
      else
        step(low, high);
    }
    return true;
  }
};

template <class T>
struct Decomposed {
  Matrix<T> u, v;  // of a matrix with at least as many rows as columns
  std::vector<double> values;
  std::vector<Eigen::Index> order;
};

/// `a` has at least as many rows as columns, and one of these. `columns` of u are wanted; 0: no vectors.
template <class T>
bool decompose(Matrix<T>& a, Eigen::Index columns, Decomposed<T>& result) {
  if (!a.allFinite()) return false;
  const T largest = a.cwiseAbs().maxCoeff(), scale = largest > 0 ? largest : T(1);
  a /= scale;
  Eigen::internal::UpperBidiagonalization<Matrix<T>> reduced(a);  // not const: its householderV is not
  const Eigen::Index n = a.cols();
  Bidiagonal<T> b;
  const Matrix<T> band = reduced.bidiagonal().toDenseMatrix();
  for (Eigen::Index i = 0; i < n; ++i) b.d.push_back(static_cast<double>(band(i, i)));
  for (Eigen::Index i = 0; i + 1 < n; ++i) b.e.push_back(static_cast<double>(band(i, i + 1)));
  if (columns > 0) {
    result.u = Matrix<T>::Identity(a.rows(), columns);
    result.u.applyOnTheLeft(reduced.householderU());
    result.v = Matrix<T>::Identity(n, n);
    result.v.applyOnTheLeft(reduced.householderV());
    b.u = &result.u;
    b.v = &result.v;
  }
  if (!b.iterate()) return false;
  for (std::size_t i = 0; i < b.d.size(); ++i) {
    if (std::signbit(b.d[i]) && columns > 0) result.v.col(static_cast<Eigen::Index>(i)) *= T(-1);
    b.d[i] = std::abs(b.d[i]) * static_cast<double>(scale);
  }
  result.values = b.d;
  result.order = sorted_places(b.d, std::greater<double>());
  return true;
}

template <class T>
void put_values(const Operand& s, std::int64_t i, const Decomposed<T>& x) {
  T* values = s.as<T>() + i * static_cast<std::int64_t>(x.values.size());
  for (std::size_t k = 0; k < x.order.size(); ++k)
    values[k] = static_cast<T>(x.values[static_cast<std::size_t>(x.order[k])]);
}

/// The columns in the order of the values; those beyond stay.
template <class T>
Matrix<T> sorted_columns(const Matrix<T>& x, const std::vector<Eigen::Index>& order) {
  Matrix<T> result = x;
  for (std::size_t k = 0; k < order.size(); ++k) result.col(static_cast<Eigen::Index>(k)) = x.col(order[k]);
  return result;
}

/// Calls put_result(i, decomposed, wide) for each matrix: `wide` ones were transposed.
template <class T, class Put>
void each_decomposed(const KernelCall& call, bool vectors, bool full, Put put_result) {
  const Operand& x = call.inputs[0];
  const Batches batches(x, x.shape());
  const std::int64_t n = x.shape()[-2], m = x.shape()[-1], k = std::min(n, m), longer = std::max(n, m);
  Failures failures(batches.count());
  each_matrix(batches.count(), static_cast<double>(n) * m * k * (vectors ? 10 : 3), [&](std::int64_t i) {
    Matrix<T> a = matrix_of<T>(x, batches, i);
    const bool wide = n < m;
    if (wide) a.transposeInPlace();
    Decomposed<T> result;
    if (!decompose(a, vectors ? (full ? longer : k) : 0, result)) return failures.note(i, 1);
    put_result(i, result, wide);
  });
  failures.throw_first(call, no_convergence_rule, entry_text, not_finite_hint);
}

template <class T>
void with_vectors(const KernelCall& call) {
  const Operand &u = call.outputs[0], &s = call.outputs[1], &vh = call.outputs[2];
  if (call.inputs[0].size() == 0) {
    for (const Operand* y : {&u, &vh})
      for (std::int64_t i = 0, each = y->shape()[-1] * y->shape()[-2]; each > 0 && i < y->size() / each; ++i)
        put<T>(*y, i, Matrix<T>::Identity(y->shape()[-2], y->shape()[-1]));
    return;
  }
  each_decomposed<T>(call, true, call.attributes_as<SvdAttributes>().full_matrices,
                     [&](std::int64_t i, const Decomposed<T>& x, bool wide) {
                       put_values(s, i, x);
                       const Matrix<T> left = sorted_columns(x.u, x.order), right = sorted_columns(x.v, x.order);
                       put<T>(u, i, wide ? right : left);
                       put<T>(vh, i, wide ? left.transpose() : right.transpose());
                     });
}

template <class T>
void values_only(const KernelCall& call) {
  if (call.inputs[0].size() == 0) return;
  each_decomposed<T>(call, false, false,
                     [&](std::int64_t i, const Decomposed<T>& x, bool) { put_values(call.outputs[0], i, x); });
}

void svd_run(const KernelCall& call) {
  call.outputs[0].dtype() == float32 ? with_vectors<float>(call) : with_vectors<double>(call);
}
void svdvals_run(const KernelCall& call) {
  call.outputs[0].dtype() == float32 ? values_only<float>(call) : values_only<double>(call);
}

const Kernel svd_kernel{.run = svd_run, .any_strides = true};
const Kernel svdvals_kernel{.run = svdvals_run, .any_strides = true};

}  // namespace

void register_svd_kernels() {
  register_kernel(svd_op, Device::Type::cpu, svd_kernel);
  register_kernel(svdvals_op, Device::Type::cpu, svdvals_kernel);
}

}  // namespace triptych
