// tf.linalg, with TensorFlow's order of arguments and defaults.
#pragma once

#include "triptych/core/ops.h"

namespace triptych::lowlevel::linalg {

using triptych::einsum;
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
inline Tensor matvec(const Arg& a, const Arg& b) {
  const Frame frame(a.where());
  return triptych::squeeze(triptych::matmul(a, unsqueeze(b, -1)), -1);
}
inline Tensor matrix_transpose(const Arg& a) { return triptych::transpose(a); }
inline Tensor adjoint(const Arg& matrix) { return triptych::transpose(matrix); }
/// Matrices with the last axis on their diagonal; the diagonal of matrices.
inline Tensor diag(const Arg& diagonal) { return diag_embed(diagonal); }
inline Tensor diag_part(const Arg& input) { return diagonal(input, 0, -2, -1); }
inline Tensor solve(const Arg& matrix, const Arg& rhs) { return triptych::linalg::solve(matrix, rhs); }
/// lower: the matrix's lower triangle is read.
inline Tensor triangular_solve(const Arg& matrix, const Arg& rhs, bool lower = true) {
  return triptych::linalg::solve_triangular(matrix, rhs, {.upper = !lower});
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

}  // namespace triptych::lowlevel::linalg
