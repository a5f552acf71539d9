// cholesky: a = L L^T. What is solved by such a factor is two triangular systems.
#include "core/ops/linalg/diagonals.h"
#include "core/ops/linalg/linalg.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void cholesky_infer(Infer& infer) {
  check_square(infer, 0);
  infer.output(0, infer.shape(0), infer.dtype(0));
}

// dA = L^-T pi(L^T dL) L^-1, where pi takes the lower triangle, mirrors it and halves both: (X + X^T) / 2 of it, with
// the diagonal once. As A is symmetric, so is its gradient.
void cholesky_gradient(Gradient& g) {
  const bool upper = g.attributes<CholeskyAttributes>().upper;
  const Tensor factor = upper ? transpose(g.output()) : g.output();
  const Tensor upstream = upper ? transpose(g.upstream()) : g.upstream();
  const Tensor lower = tril(matmul(transpose(factor), upstream));
  const Tensor middle = (lower + transpose(tril(lower, -1))) * 0.5;
  const Tensor left = linalg::triangular_solution(transpose(factor), middle, {.upper = true});
  g.set(0, linalg::triangular_solution_right(factor, left, {.upper = false}));
}

}  // namespace

extern const Op cholesky_op{.name = "cholesky",
                            .inputs = 1,
                            .attributes = &attribute_type<CholeskyAttributes>,
                            .infer = cholesky_infer,
                            .gradient = cholesky_gradient,
                            .saves_outputs = 1,
                            .can_fail = true};

namespace linalg {

Tensor cholesky(Arg x, bool upper) {
  const Frame frame(x.where());
  const Tensor wide = checked_operand("cholesky", x);
  const Arg argument = wide;
  const CholeskyAttributes attributes{upper};
  return cast(apply(cholesky_op, {&argument}, &attributes), x.tensor().dtype());
}

Tensor cholesky_solve(Arg b, Arg factor, bool upper) {
  const Frame frame(b.where());
  const Called called("cholesky_solve");
  const Tensor right = checked_operand("cholesky_solve", b), f = checked_operand("cholesky_solve", factor);
  const Tensor lower = upper ? transpose(f) : f;
  const Tensor half = triangular_solution(lower, right, {.upper = false});
  return cast(triangular_solution(transpose(lower), half, {.upper = true}), b.tensor().dtype());
}

Tensor cholesky_inverse(Arg factor, bool upper) {
  const Frame frame(factor.where());
  const Called called("cholesky_inverse");
  const Tensor f = checked_operand("cholesky_inverse", factor);
  return cast(cholesky_solve(eye_like(f), f, upper), factor.tensor().dtype());
}

}  // namespace linalg
}  // namespace triptych
