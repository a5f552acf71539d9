// tf.linalg: what is more than another order of arguments.
#include "triptych/lowlevel/names/linalg.h"

#include <cmath>
#include <string>

#include "core/ops/update/clip_norm.h"
#include "triptych/core/op.h"

namespace triptych::lowlevel::linalg {
namespace {

/// The order of rows as a matrix: row i of P x is row perm[i] of x.
Tensor rows_of(const Tensor& x, const Tensor& perm) { return take_along_axis(x, unsqueeze(perm, -1), -2); }

void check_euclidean(const Text& ord, Location where) {
  if (ord != "euclidean" && ord != "fro")
    throw ArgumentError("norm", "there is no such norm", "\"" + std::string(ord) + "\"",
                        "It is \"euclidean\" or \"fro\", or a number", where);
}

Tensor lower_of(const Tensor& lu) {
  return triptych::tril(lu, -1) + triptych::diag_embed(ones_like(diagonal(lu, 0, -2, -1)));
}

/// The three diagonals as (..., n).
struct Diagonals {
  Tensor above, middle, below;
  Diagonals(const char* op, const Arg& given) {
    const Tensor& all = given.tensor();
    if (all.ndim(given.where()) < 2 || conflict(all.shape().dim(-2), 3))
      throw ArgumentError(op, "the diagonals are not (..., 3, n)", all.shape().text(), "", given.where());
    above = select(all, -2, 0);
    middle = select(all, -2, 1);
    below = select(all, -2, 2);
  }
  Tensor matrix() const {
    return diag_embed(middle) + diag_embed(slice(above, -1, {0, -1}), 1) + diag_embed(slice(below, -1, {1, none}), -1);
  }
};

}  // namespace

Tensor diag(const Arg& diagonal, std::int64_t k, double padding_value) {
  const Frame frame(diagonal.where());
  const Tensor matrices = diag_embed(diagonal, k);
  if (padding_value == 0) return matrices;
  const Tensor on = diag_embed(ones_like(diagonal), k);
  return where(equal(on, 0), padding_value, matrices);
}

Tensor set_diag(const Arg& input, const Arg& diagonal) { return diagonal_scatter(input, diagonal, 0, -2, -1); }

Tensor tensor_diag(const Arg& diagonal) {
  const Frame frame(diagonal.where());
  const Tensor& given = diagonal.tensor();
  Shape twice = given.shape(diagonal.where());
  for (const std::int64_t length : given.shape()) twice.append(length, diagonal.where());
  return reshape(triptych::diag(Arg(flatten(given), diagonal.where())), twice);
}

Tensor tensor_diag_part(const Arg& input) {
  const Frame frame(input.where());
  Tensor part = input.tensor();
  const int half = part.ndim(input.where()) / 2;
  if (part.ndim() % 2 != 0)
    throw ArgumentError("tensor_diag_part", "the number of dimensions is odd", part.shape().text(), "", input.where());
  for (int i = 0; i < half; ++i) {
    // The first of the leading axes that are left, with its partner behind them.
    const int rest = half - i;
    if (conflict(part.shape().dim(0), part.shape().dim(rest)))
      throw ArgumentError("tensor_diag_part", "the second half of the dimensions differs from the first",
                          input.tensor().shape().text(), "", input.where());
    part = triptych::diagonal(part, 0, 0, rest);
  }
  return part;
}

Tensor band_part(const Arg& input, std::int64_t num_lower, std::int64_t num_upper) {
  const Frame frame(input.where());
  const Tensor kept = num_lower < 0 ? input.tensor() : triu(input, -num_lower);
  return num_upper < 0 ? kept : tril(kept, num_upper);
}

Tensor norm(const Arg& tensor, Text ord) {
  check_euclidean(ord, tensor.where());
  return triptych::norm(tensor);
}
Tensor norm(const Arg& tensor, Text ord, const Axes& axis, bool keepdims) {
  check_euclidean(ord, tensor.where());
  return triptych::norm(tensor, axis, keepdims);
}

Normalized normalize(const Arg& tensor) {
  const Frame frame(tensor.where());
  Axes all;
  for (int axis = 0; axis < tensor.tensor().ndim(tensor.where()); ++axis) all.append(axis);
  return normalize(tensor, all);
}
Normalized normalize(const Arg& tensor, const Axes& axis) {
  const Frame frame(tensor.where());
  const Tensor length = triptych::norm(tensor, axis, true);
  return {div(tensor, length), length};
}

Tensor global_norm(const std::vector<Tensor>& t_list, Location where) {
  const Frame frame(where);
  if (t_list.empty()) return zeros({}, float32, where);
  return global_norm_of(t_list);
}

Tensor lstsq(const Arg& matrix, const Arg& rhs, double l2_regularizer) {
  const Frame frame(matrix.where());
  if (!(l2_regularizer >= 0 && std::isfinite(l2_regularizer)))
    throw ArgumentError("lstsq", "l2_regularizer is negative or not finite", std::to_string(l2_regularizer), "",
                        matrix.where());
  if (l2_regularizer == 0) return triptych::linalg::lstsq(matrix, rhs).solution;
  const Tensor& a = matrix.tensor();
  const Tensor squares = triptych::matmul(triptych::transpose(a), a);
  const Tensor penalty = triptych::diag_embed(full_like(diagonal(squares, 0, -2, -1), l2_regularizer));
  return triptych::linalg::solve(squares + penalty, triptych::matmul(triptych::transpose(a), rhs));
}

LU lu(const Arg& input) {
  const Frame frame(input.where());
  const Tensor& given = input.tensor();
  if (given.ndim(input.where()) < 2 || conflict(given.shape().dim(-2), given.shape().dim(-1)))
    throw ArgumentError("lu", "the input is not square matrices", given.shape().text(), "", input.where());
  const auto [P, L, U] = triptych::linalg::lu(input);
  return {tril(L, -1) + U, argmax(P, -2)};  // row i of L U is the one where column i of P has its 1
}

Tensor lu_reconstruct(const Arg& lower_upper, const Arg& perm) {
  const Frame frame(lower_upper.where());
  const Tensor& factors = lower_upper.tensor();
  const Tensor product = triptych::matmul(lower_of(factors), triu(factors));
  return rows_of(product, argsort(perm));
}

Tensor lu_solve(const Arg& lower_upper, const Arg& perm, const Arg& rhs) {
  const Frame frame(lower_upper.where());
  const Tensor& factors = lower_upper.tensor();
  const Tensor between =
      triptych::linalg::solve_triangular(factors, rows_of(rhs.tensor(), perm.tensor()), {.unitriangular = true});
  return triptych::linalg::solve_triangular(factors, between, {.upper = true});
}

Tensor lu_matrix_inverse(const Arg& lower_upper, const Arg& perm) {
  const Frame frame(lower_upper.where());
  return lu_solve(lower_upper, perm, diag_embed(ones_like(diagonal(lower_upper, 0, -2, -1))));
}

Tensor sqrtm(const Arg& input) {
  const Frame frame(input.where());
  Tensor y = input.tensor(), z = diag_embed(ones_like(diagonal(y, 0, -2, -1)));
  // Y goes to the root, Z to its inverse: twice the digits each time, once near.
  for (int i = 0; i < 24; ++i) {
    const Tensor next = (y + triptych::linalg::inv(z)) / 2;
    z = (z + triptych::linalg::inv(y)) / 2;
    y = next;
  }
  return y;
}

Tensor tridiagonal_matmul(const Arg& diagonals, const Arg& rhs) {
  const Frame frame(diagonals.where());
  return triptych::matmul(Diagonals("tridiagonal_matmul", diagonals).matrix(), rhs);
}

Tensor tridiagonal_solve(const Arg& diagonals, const Arg& rhs) {
  const Frame frame(diagonals.where());
  return triptych::linalg::solve(Diagonals("tridiagonal_solve", diagonals).matrix(), rhs);
}

Eigen eigh_tridiagonal(const Arg& alpha, const Arg& beta) {
  const Frame frame(alpha.where());
  return eigh(diag_embed(alpha) + diag_embed(beta, -1));
}

}  // namespace triptych::lowlevel::linalg
