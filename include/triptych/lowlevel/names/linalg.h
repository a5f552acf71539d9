// tf.linalg, with TensorFlow's order of arguments and defaults.
#pragma once

#include <vector>

#include "triptych/core/ops.h"

namespace triptych::lowlevel::linalg {

using triptych::einsum;
using triptych::eye;
using triptych::l2_normalize;
using triptych::tensordot;
using triptych::linalg::cholesky;
using triptych::linalg::det;
using triptych::linalg::expm;
using triptych::linalg::inv;
using triptych::linalg::logdet;
using triptych::linalg::matrix_rank;
using triptych::linalg::pinv;
using triptych::linalg::slogdet;
using triptych::linalg::trace;
inline Tensor cross(const Arg& a, const Arg& b) { return triptych::cross(a, b, -1); }
inline Tensor matmul(const Arg& a, const Arg& b, bool transpose_a = false, bool transpose_b = false) {
  const Frame frame(a.where());
  return triptych::matmul(transpose_a ? triptych::transpose(a) : a.tensor(),
                          transpose_b ? triptych::transpose(b) : b.tensor());
}
inline Tensor matvec(const Arg& a, const Arg& b, bool transpose_a = false) {
  const Frame frame(a.where());
  return triptych::squeeze(linalg::matmul(a, unsqueeze(b, -1), transpose_a), -1);
}
inline Tensor matrix_transpose(const Arg& a) { return triptych::transpose(a); }
inline Tensor adjoint(const Arg& matrix) { return triptych::transpose(matrix); }
/// Matrices with the last axis on diagonal k, and `padding_value` elsewhere; the diagonal k of matrices.
TRIPTYCH_API Tensor diag(const Arg& diagonal, std::int64_t k = 0, double padding_value = 0);
inline Tensor diag_part(const Arg& input, std::int64_t k = 0) { return diagonal(input, k, -2, -1); }
/// Matrices with `diagonal` (..., min(n, m)) in place of their own.
TRIPTYCH_API Tensor set_diag(const Arg& input, const Arg& diagonal);
/// (a, b, ...) on the diagonal of (a, b, ..., a, b, ...), and that diagonal.
TRIPTYCH_API Tensor tensor_diag(const Arg& diagonal);
TRIPTYCH_API Tensor tensor_diag_part(const Arg& input);
/// Matrices with zeros further below than `num_lower` and further above than `num_upper` diagonals; a negative number
/// keeps all.
TRIPTYCH_API Tensor band_part(const Arg& input, std::int64_t num_lower, std::int64_t num_upper);
/// With `adjoint`, of the transposed matrix.
inline Tensor solve(const Arg& matrix, const Arg& rhs, bool adjoint = false) {
  const Frame frame(matrix.where());
  return triptych::linalg::solve(adjoint ? triptych::transpose(matrix) : matrix.tensor(), rhs);
}
/// lower: the matrix's lower triangle is read.
inline Tensor triangular_solve(const Arg& matrix, const Arg& rhs, bool lower = true, bool adjoint = false) {
  const Frame frame(matrix.where());
  return triptych::linalg::solve_triangular(adjoint ? triptych::transpose(matrix) : matrix.tensor(), rhs,
                                            {.upper = lower == adjoint});
}
inline Tensor cholesky_solve(const Arg& chol, const Arg& rhs) { return triptych::linalg::cholesky_solve(rhs, chol); }
struct Eigen {
  Tensor eigenvalues, eigenvectors;
};
inline Eigen eigh(const Arg& tensor) {
  const auto result = triptych::linalg::eigh(tensor);
  return {result.eigenvalues, result.eigenvectors};
}
inline Tensor eigvalsh(const Arg& tensor) { return triptych::linalg::eigvalsh(tensor); }
struct QR {
  Tensor q, r;
};
inline QR qr(const Arg& input, bool full_matrices = false) {
  const auto result = triptych::linalg::qr(input, full_matrices ? "complete" : "reduced");
  return {result.Q, result.R};
}
/// s first, as TensorFlow has it, and v, not its transpose.
struct SVD {
  Tensor s, u, v;
};
inline SVD svd(const Arg& tensor, bool full_matrices = false) {
  const auto result = triptych::linalg::svd(tensor, full_matrices);
  return {result.S, result.U, triptych::transpose(result.Vh)};
}
/// The Euclidean norm of all elements, or along `axis`.
inline Tensor norm(const Arg& tensor) { return triptych::norm(tensor); }
inline Tensor norm(const Arg& tensor, const Axes& axis, bool keepdims = false) {
  return triptych::norm(tensor, axis, keepdims);
}
/// ord: "euclidean" or "fro"; or a number, of vectors along one axis, or of all elements.
TRIPTYCH_API Tensor norm(const Arg& tensor, Text ord);
TRIPTYCH_API Tensor norm(const Arg& tensor, Text ord, const Axes& axis, bool keepdims = false);
inline Tensor norm(const Arg& tensor, double ord) { return vector_norm(tensor, ord); }
inline Tensor norm(const Arg& tensor, double ord, std::int64_t axis, bool keepdims = false) {
  return vector_norm(tensor, ord, axis, keepdims);
}
struct Normalized {
  Tensor normalized, norm;
};
/// A tensor of Euclidean norm 1, or lines along `axis`, and the norm, which keeps its axes.
TRIPTYCH_API Normalized normalize(const Arg& tensor);
TRIPTYCH_API Normalized normalize(const Arg& tensor, const Axes& axis);
/// The Euclidean norm of all elements of all tensors.
TRIPTYCH_API Tensor global_norm(const std::vector<Tensor>& t_list, Location where = Location::here());
/// The x for which |matrix x - rhs|^2 + l2_regularizer |x|^2 is least.
TRIPTYCH_API Tensor lstsq(const Arg& matrix, const Arg& rhs, double l2_regularizer = 0);
/// The factors of Gaussian elimination: U on and above the diagonal, L below it, and where each row of their product
/// comes from, int64.
struct LU {
  Tensor lu, p;
};
TRIPTYCH_API LU lu(const Arg& input);
/// The matrix whose factors these are; its inverse; the solution of matrix x = rhs (..., n, k).
TRIPTYCH_API Tensor lu_reconstruct(const Arg& lower_upper, const Arg& perm);
TRIPTYCH_API Tensor lu_matrix_inverse(const Arg& lower_upper, const Arg& perm);
TRIPTYCH_API Tensor lu_solve(const Arg& lower_upper, const Arg& perm, const Arg& rhs);
/// The X with X X = input, of square matrices without eigenvalues below 0, by the iteration of Denman and Beavers
/// (1976): for those whose eigenvalues lie within eight orders of magnitude.
TRIPTYCH_API Tensor sqrtm(const Arg& input);
/// The product with (the solution of) tridiagonal matrices (..., 3, n): those above the diagonal, the last unread; on
/// it; below it, the first unread.
TRIPTYCH_API Tensor tridiagonal_matmul(const Arg& diagonals, const Arg& rhs);
TRIPTYCH_API Tensor tridiagonal_solve(const Arg& diagonals, const Arg& rhs);
/// The eigenvalues, and vectors, of the symmetric matrix with `alpha` (n,) on the diagonal and `beta` (n - 1,) beside
/// it.
TRIPTYCH_API Eigen eigh_tridiagonal(const Arg& alpha, const Arg& beta);

}  // namespace triptych::lowlevel::linalg
