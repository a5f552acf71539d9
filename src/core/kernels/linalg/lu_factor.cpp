// lu_factor, and what is made of its factors and pivots.
#include <Eigen/LU>
#include <numeric>

#include "core/kernels/linalg/matrices.h"
#include "core/ops/linalg/linalg.h"

namespace triptych {

extern const Op lu_factor_op, lu_permutation_op, lu_solve_op;

namespace {

using namespace linalg;

/// Exchanges rows as elimination did, or undoes it.
template <class Values>
void exchange(Values& x, const std::int32_t* pivots, std::int64_t length, bool undo) {
  for (std::int64_t i = 0; i < length; ++i) {
    const std::int64_t row = undo ? length - 1 - i : i;
    x.row(row).swap(x.row(pivots[row] - 1));
  }
}

/// The factors in place of the matrix, and whom each row was exchanged with; gives the number of the first pivot that
/// is 0, or 0.
template <class T>
std::int64_t factorize(Matrix<T>& a, std::int32_t* pivots) {
  if (a.size() == 0) return 0;
  using Algorithm = Eigen::internal::partial_lu_impl<T, Eigen::ColMajor, std::int32_t, Eigen::Dynamic>;
  std::int32_t exchanges = 0;
  const Eigen::Index length = std::min(a.rows(), a.cols());
  Algorithm::blocked_lu(a.rows(), length, a.data(), a.rows(), pivots, exchanges);
  for (Eigen::Index i = 0; i < length; ++i) ++pivots[i];  // LAPACK counts from 1
  if (a.cols() > length) {  // of a wide matrix Eigen's blocks leave what is beyond the square as it was
    Matrix<T> beyond = a.rightCols(a.cols() - length);
    exchange(beyond, pivots, length, false);
    substitute<T>(a.leftCols(length), beyond, false, true);
    a.rightCols(beyond.cols()) = beyond;
  }
  for (Eigen::Index i = 0; i < length; ++i)
    if (a(i, i) == 0) return i + 1;
  return 0;
}

template <class T>
void factor(const KernelCall& call) {
  const Operand &x = call.inputs[0], &y = call.outputs[0], &pivots = call.outputs[1];
  const Batches batches(x, y.shape());
  const auto n = static_cast<double>(x.shape()[-2]), m = static_cast<double>(x.shape()[-1]);
  const std::int64_t length = pivots.shape()[-1];
  Failures failures(batches.count());
  each_matrix(batches.count(), n * m * std::min(n, m) / 2, [&](std::int64_t i) {
    Matrix<T> a = matrix_of<T>(x, batches, i);
    failures.note(i, factorize(a, pivots.as<std::int32_t>() + i * length));
    put<T>(y, i, a);
  });
  if (call.attributes_as<LuFactorAttributes>().check) failures.throw_first(call, singular_rule, pivot_text);
}

/// Pivots come from users too.
void check_pivots(const KernelCall& call, const Operand& pivots, std::int64_t rows) {
  for (std::int64_t i = 0; i < pivots.size(); ++i)
    if (const std::int32_t pivot = pivots.as<const std::int32_t>()[i]; pivot < 1 || pivot > rows)
      throw ArgumentError(call.op.name, "a pivot is out of range",
                          std::to_string(pivot) + " for " + std::to_string(rows), "Pivots count from 1",
                          call.context.where);
}

template <class T>
void permutation(const KernelCall& call) {
  const Operand &pivots = call.inputs[0], &p = call.outputs[0];
  const std::int64_t n = p.shape()[-1], length = pivots.shape()[-1];
  check_pivots(call, pivots, n);
  if (p.size() == 0) return;
  for (std::int64_t i = 0; i < p.size() / (n * n); ++i) {
    Matrix<T> unit = Matrix<T>::Identity(n, n);
    exchange(unit, pivots.as<const std::int32_t>() + i * length, length, true);
    put<T>(p, i, unit);
  }
}

template <class T>
void solve(const KernelCall& call) {
  const Operand &factors = call.inputs[1], &pivots = call.inputs[2], &b = call.inputs[3], &x = call.outputs[0];
  const bool transpose = call.attributes_as<LuSolveAttributes>().transpose;
  const std::int64_t n = x.shape()[-2];
  check_pivots(call, pivots, n);
  if (x.size() == 0) return;
  const Batches matrices(factors, x.shape()), sides(b, x.shape()), rows(pivots, x.shape(), 2, 1);
  const auto work = static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(x.shape()[-1]);
  each_matrix(matrices.count(), work, [&](std::int64_t i) {
    Matrix<T> lu = matrix_of<T>(factors, matrices, i), side = matrix_of<T>(b, sides, i);
    const std::int32_t* exchanges = pivots.as<const std::int32_t>() + rows.offset(i);
    if (transpose) {  // U^T L^T P^T x = b
      lu.transposeInPlace();
      substitute<T>(lu, side, false, false);
      substitute<T>(lu, side, true, true);
      exchange(side, exchanges, n, true);
    } else {
      exchange(side, exchanges, n, false);
      substitute<T>(lu, side, false, true);
      substitute<T>(lu, side, true, false);
    }
    put<T>(x, i, side);
  });
}

template <auto of_float, auto of_double>
void by_dtype(const KernelCall& call) {
  call.outputs[0].dtype() == float32 ? of_float(call) : of_double(call);
}

const Kernel lu_factor_kernel{.run = by_dtype<factor<float>, factor<double>>, .any_strides = true};
const Kernel lu_permutation_kernel{.run = by_dtype<permutation<float>, permutation<double>>};
const Kernel lu_solve_kernel{.run = by_dtype<solve<float>, solve<double>>};

}  // namespace

void register_lu_factor_kernels() {
  register_kernel(lu_factor_op, Device::Type::cpu, lu_factor_kernel);
  register_kernel(lu_permutation_op, Device::Type::cpu, lu_permutation_kernel);
  register_kernel(lu_solve_op, Device::Type::cpu, lu_solve_kernel);
}

}  // namespace triptych
