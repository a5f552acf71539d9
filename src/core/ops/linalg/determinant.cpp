// det, slogdet and logdet, by the diagonal of U in a = P L U.
#include <utility>

#include "core/ops/linalg/diagonals.h"
#include "core/ops/linalg/linalg.h"
#include "core/ops/linalg/with_gradient.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych::linalg {
namespace {

/// 1, or -1 where the pivots exchange an odd number of rows.
Tensor parity(const Tensor& pivots, DType dtype) {
  const Tensor own = cumsum(ones_like(pivots), -1);  // a row that stays has its own number, counted from 1
  const Tensor exchanged = cast(own != pivots, dtype);
  return prod(1 - 2 * exchanged, {-1});
}

Tensor determinant(const Tensor& x) {
  const LuFactors factors = factors_of(x, false);
  return prod(main_diagonal(factors.LU), {-1}) * parity(factors.pivots, x.dtype());
}

Tensor as_matrices(const Tensor& numbers) { return unsqueeze(unsqueeze(numbers, -1), -1); }

/// det(U V^T) U diag(c) V^T for x = U diag(s) V^T, where c_i is the product of all s but s_i.
Tensor cofactors_of(const Tensor& x) {
  const Svd svd = reduced_svd(x);
  const Tensor unit = eye_like(x), rows = expand_like(unsqueeze(svd.S, -2), x);
  const Tensor others = prod(where(cast(unit, boolean), unit, rows), {-1});
  const Tensor sign = determinant(svd.U) * determinant(svd.Vh);
  return as_matrices(sign) * matmul(scaled_columns(svd.U, others), svd.Vh);
}

Tensor differentiable_determinant(const Tensor& x, Location where);

/// The derivative of the determinant, right for singular matrices too. Its own is (<c, dc> c - c dc^T c) / det(x).
Tensor cofactors(const Tensor& x, Location where) {
  return with_gradient("cofactors", x, where, cofactors_of,
                       [where](const Tensor& a, const Tensor& c, const Tensor& upstream) {
                         const Tensor product = sum(upstream * c, {-2, -1}, true) * c;
                         return (product - matmul(matmul(c, transpose(upstream)), c)) /
                                as_matrices(differentiable_determinant(a, where));
                       });
}

Tensor differentiable_determinant(const Tensor& x, Location where) {
  return with_gradient("det", x, where, determinant, [where](const Tensor& a, const Tensor&, const Tensor& upstream) {
    return as_matrices(upstream) * cofactors(a, where);
  });
}

}  // namespace

Tensor det(Arg x) {
  const Frame frame(x.where());
  const Called called("det");
  const Tensor wide = checked_operand("det", x);
  check_square("det", wide, x.where());
  return cast(differentiable_determinant(wide, x.where()), x.tensor().dtype());
}

Slogdet slogdet(Arg x) {
  const Frame frame(x.where());
  const Called called("slogdet");
  const Tensor wide = checked_operand("slogdet", x);
  check_square("slogdet", wide, x.where());
  const DType dtype = x.tensor().dtype();
  const auto [diagonal, swaps] = [&] {
    const GradMode off(false);
    const LuFactors factors = factors_of(wide, false);
    return std::pair(main_diagonal(factors.LU), parity(factors.pivots, wide.dtype()));
  }();
  const Tensor logabsdet = with_gradient(
      "slogdet", wide, x.where(), [diagonal = diagonal](const Tensor&) { return sum(log(abs(diagonal)), {-1}); },
      [](const Tensor& a, const Tensor&, const Tensor& upstream) {
        return as_matrices(upstream) * transpose(inverse(a, false));
      });
  return {cast(prod(sign(diagonal), {-1}) * swaps, dtype), cast(logabsdet, dtype)};
}

Tensor logdet(Arg x) {
  const Frame frame(x.where());
  const Called called("logdet");
  const auto [sign, logabsdet] = slogdet(x);
  return logabsdet + log(sign);
}

}  // namespace triptych::linalg
