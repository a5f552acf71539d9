// What singular values tell: pseudoinverse, rank, the nearest solution, condition.
#include <algorithm>
#include <limits>

#include "core/ops/linalg/linalg.h"
#include "core/ops/linalg/with_gradient.h"
#include "core/support/error_context.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych::linalg {
namespace {

double epsilon(DType dtype) {
  return dtype == float64 ? std::numeric_limits<double>::epsilon()
                          : static_cast<double>(std::numeric_limits<float>::epsilon());
}

/// Which of the values (absolute ones, the largest of a matrix in `largest`) do not count as zero.
Tensor counting(const Tensor& values, const Tensor& x, const RankOptions& options) {
  const Tensor largest = max(values, {-1}, true);
  if (options.rtol || options.atol)
    return values > maximum(largest * options.rtol.value_or(0), options.atol.value_or(0));
  const Dim rows = x.shape().dim(-2), columns = x.shape().dim(-1);
  if (rows.known() && columns.known()) {
    const auto most = static_cast<double>(std::max(rows.raw(), columns.raw()));
    return values > largest * (most * epsilon(x.dtype()));
  }
  const Tensor ones = ones_like(x);  // as long as nobody knows the sizes, they are counted
  const Tensor longer = maximum(max(sum(ones, {-2}), {-1}, true), max(sum(ones, {-1}), {-1}, true));
  return values > largest * (longer * epsilon(x.dtype()));
}

bool is_empty(const Tensor& x) { return x.shape().dim(-1).raw() == 0 || x.shape().dim(-2).raw() == 0; }

/// 1 / x for what counts, else 0.
Tensor reciprocals(const Tensor& x, const Tensor& counts) { return where(counts, 1 / where(counts, x, 1), 0); }

Tensor pseudoinverse_of(const Tensor& x, const RankOptions& options) {
  if (is_empty(x)) return transpose(zeros_like(x));
  if (options.hermitian) {
    const auto [values, vectors] = eigenpairs(x, false);
    return matmul(scaled_columns(vectors, reciprocals(values, counting(abs(values), x, options))), transpose(vectors));
  }
  const auto [u, s, vh] = reduced_svd(x);
  return matmul(scaled_columns(transpose(vh), reciprocals(s, counting(s, x, options))), transpose(u));
}

// P is the pseudoinverse, G the gradient of it; Golub and Pereyra (1973):
//   dA = (1 - A P) G^T P P^T + P^T P G^T (1 - P A) - P^T G P^T.
Tensor pseudoinverse_gradient(const Tensor& a, const Tensor& p, const Tensor& upstream) {
  const Tensor pt = transpose(p), gt = transpose(upstream);
  const Tensor left = matmul(gt, matmul(p, pt)), right = matmul(matmul(pt, p), gt);
  return left - matmul(matmul(a, p), left) + right - matmul(right, matmul(p, a)) - matmul(matmul(pt, upstream), pt);
}

Tensor pseudoinverse(const Tensor& x, const RankOptions& options, Location where) {
  return with_gradient(
      "pinv", x, where, [options](const Tensor& a) { return pseudoinverse_of(a, options); }, pseudoinverse_gradient);
}

Tensor rank_of(const Tensor& x, const RankOptions& options) {
  const GradMode off(false);
  const Tensor values = options.hermitian ? abs(eigenpairs(x, false).eigenvalues) : singular_values(x);
  if (is_empty(x)) return count_nonzero(values, {-1});
  return count_nonzero(counting(values, x, options), {-1});
}

void check_tolerances(const char* op, const RankOptions& options, Location where) {
  for (const auto& tolerance : {options.atol, options.rtol})
    if (tolerance && !(*tolerance >= 0))
      throw ArgumentError(op, "a tolerance is negative or NaN", number_text(*tolerance), "", where);
}

}  // namespace

Tensor pinv(Arg x, RankOptions options) {
  const Frame frame(x.where());
  const Called called("pinv");
  check_tolerances("pinv", options, x.where());
  return cast(pseudoinverse(checked_operand("pinv", x), options, x.where()), x.tensor().dtype());
}

Tensor matrix_rank(Arg x, RankOptions options) {
  const Frame frame(x.where());
  const Called called("matrix_rank");
  check_tolerances("matrix_rank", options, x.where());
  return rank_of(checked_operand("matrix_rank", x), options);
}

Lstsq lstsq(Arg a, Arg b, std::optional<double> rcond) {
  const Frame frame(a.where());
  const Called called("lstsq");
  const RankOptions options{.rtol = rcond};
  check_tolerances("lstsq", options, a.where());
  const Tensor matrix = checked_operand("lstsq", a), given = checked_operand("lstsq", b, 1);
  const bool vectors = holds_vectors(matrix, given);
  const Tensor right = vectors ? unsqueeze(given, -1) : given;
  const Tensor solution = matmul(pseudoinverse(matrix, options, a.where()), right);
  const DType dtype = b.tensor().dtype();
  const auto given_as = [&](const Tensor& x) { return cast(vectors ? squeeze(x, -1) : x, dtype); };
  Lstsq result;
  result.solution = given_as(solution);
  const GradMode off(false);
  const Dim rows = matrix.shape().dim(-2), columns = matrix.shape().dim(-1);
  const bool tall = !rows.known() || !columns.known() || rows.raw() > columns.raw();
  result.residuals =
      tall ? given_as(sum(square(matmul(matrix, solution) - right), {-2})) : to(zeros({0}, dtype), matrix.device());
  result.rank = rank_of(matrix, options);
  result.singular_values = cast(singular_values(matrix), dtype);
  return result;
}

namespace {

Tensor ratio_of_values(const Tensor& x, bool largest) {
  const Tensor values = singular_values(x), high = max(values, {-1}), low = min(values, {-1});
  return largest ? high / low : low / high;
}

template <class Norm>
Tensor cond_in(const Tensor& x, Location where, Norm norm) {
  check_square("cond", x, where);
  const Tensor inverted = inverse(x, false);
  const Tensor product = norm(x) * norm(inverted);
  return triptych::where(logical_and(isnan(product), logical_not(isnan(norm(x)))),
                         std::numeric_limits<double>::infinity(), product);
}

}  // namespace

Tensor cond(Arg x) { return cond(std::move(x), 2.0); }

Tensor cond(Arg x, Text p) {
  const Frame frame(x.where());
  const Called called("cond");
  const Tensor wide = checked_operand("cond", x);
  return cast(cond_in(wide, x.where(), [&](const Tensor& a) { return matrix_norm(a, p); }), x.tensor().dtype());
}

Tensor cond(Arg x, double p) {
  const Frame frame(x.where());
  const Called called("cond");
  const Tensor wide = checked_operand("cond", x);
  if (p == 2 || p == -2) return cast(ratio_of_values(wide, p > 0), x.tensor().dtype());
  return cast(cond_in(wide, x.where(), [p](const Tensor& a) { return matrix_norm(a, p); }), x.tensor().dtype());
}

}  // namespace triptych::linalg
