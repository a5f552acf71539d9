// lu_factor: a = P L U. Systems are solved by the factors, and so are matrices inverted.
#include "core/ops/linalg/diagonals.h"
#include "core/ops/linalg/linalg.h"
#include "core/support/error_context.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op lu_factor_op, lu_permutation_op, lu_solve_op;

namespace {

void lu_factor_infer(Infer& infer) {
  check_matrices(infer, 0);
  infer.check_outputs(2);
  Shape pivots = infer.shape(0);
  const Dim length = smaller(pivots.dim(-2), pivots.dim(-1));
  pivots.erase(-1);
  pivots.set(-1, length);
  infer.output(0, infer.shape(0), infer.dtype(0));
  infer.output(1, pivots, int32);
}

/// The rows or columns of a matrix from `begin` to `end`.
Tensor part(const Tensor& x, int axis, std::int64_t begin, std::int64_t end) { return slice(x, axis, {begin, end}); }

// Square: dA = P L^-T (tril(L^T dL, -1) + triu(dU U^T)) U^-T. Of a wide A the columns beyond the square are P L^-T dU
// there, of a tall one the rows beyond it dL U^-T.
void lu_factor_gradient(Gradient& g) {
  const Tensor packed = g.output(0), upstream = g.upstream(0);
  const Dim down = packed.shape().dim(-2), across = packed.shape().dim(-1);
  const bool wide = down.known() && across.known() && down.raw() < across.raw();
  const bool tall = down.known() && across.known() && down.raw() > across.raw();
  const std::int64_t k = smaller(down, across).raw();
  const Tensor square = wide ? part(packed, -1, 0, k) : tall ? part(packed, -2, 0, k) : packed;
  const Tensor lower = tall ? packed : square;
  const Tensor l = tril(lower, -1) + eye_like(lower), u = triu(wide ? packed : square);
  const Tensor dl = tril(wide ? part(upstream, -1, 0, k) : upstream, -1);
  const Tensor du = triu(tall ? part(upstream, -2, 0, k) : upstream);
  const Tensor by_l = matmul(transpose(l), dl), by_u = matmul(du, transpose(u));
  const auto from_l = [&](const Tensor& x) {
    return linalg::triangular_solution(transpose(square), x, {.upper = true, .unitriangular = true});
  };
  const auto from_u = [&](const Tensor& x) {
    return linalg::triangular_solution_right(transpose(square), x, {.upper = false});
  };
  Tensor result;
  if (wide)
    result = from_l(concat({from_u(tril(by_l - by_u, -1)) + part(du, -1, 0, k), part(du, -1, k, across.raw())}, -1));
  else if (tall)
    result = from_u(concat({from_l(triu(by_u - by_l)) + part(dl, -2, 0, k), part(dl, -2, k, down.raw())}, -2));
  else
    result = from_u(from_l(tril(by_l, -1) + triu(by_u)));
  g.set(0, matmul(linalg::permutation(g.output(1), packed), result));
}

// Inputs: the pivots, and the factors, of which the shape counts.
void lu_permutation_infer(Infer& infer) {
  check_matrices(infer, 1);
  infer.check(infer.dtype(0) == int32, "the pivots are not int32");
  Shape pivots = infer.shape(1), result = infer.shape(1);
  const Dim length = smaller(pivots.dim(-2), pivots.dim(-1));
  pivots.erase(-1);
  pivots.set(-1, length);
  if (!infer.shape(0).compatible(pivots))
    infer.fail("the pivots do not belong to the factors",
               "the pivots are " + infer.shape(0).text() + ", the factors " + infer.shape(1).text());
  result.set(-1, result.dim(-2));
  infer.output(0, result, infer.dtype(1));
}

// Inputs: a, of which no values are read, its factors and pivots, b.
void lu_solve_infer(Infer& infer) {
  check_square(infer, 0);
  check_square(infer, 1);
  check_matrices(infer, 3);
  infer.check(infer.dtype(2) == int32, "the pivots are not int32");
  for (const int i : {1, 3})
    if (infer.dtype(i) != infer.dtype(0)) infer.fail("dtypes differ", infer.given(), "Convert one with cast");
  const Shape &a = infer.shape(0), &b = infer.shape(3);
  Shape pivots = infer.shape(1);
  pivots.erase(-1);
  if (!a.compatible(infer.shape(1)) || !pivots.compatible(infer.shape(2)))
    infer.fail("the factors do not belong to the matrices", infer.given());
  if (conflict(a.dim(-1), b.dim(-2)))
    infer.fail("the sides have different numbers of rows", "a is " + a.text() + ", b is " + b.text());
  infer.output(0, broadcast_batches(infer, 0, 3, b.dim(-2).known() ? b.dim(-2) : a.dim(-1), b.dim(-1)), infer.dtype(0));
}

// x = a^-1 b: db = a^-T dx, da = -db x^T. Of the factors nothing is differentiated: they are another form of a.
void lu_solve_gradient(Gradient& g) {
  const bool transposed = g.attributes<LuSolveAttributes>().transpose;
  const Tensor a = g.input(0), right = linalg::solve_factored(a, {g.input(1), g.input(2)}, g.upstream(), !transposed);
  if (g.needs(3)) g.set(3, sum_to_like(right, g.input(3)));
  if (!g.needs(0)) return;
  const Tensor x = g.output();
  g.set(0, sum_to_like(-(transposed ? matmul(x, transpose(right)) : matmul(right, transpose(x))), a));
}

}  // namespace

extern const Op lu_factor_op{.name = "lu_factor",
                             .inputs = 1,
                             .attributes = &attribute_type<LuFactorAttributes>,
                             .infer = lu_factor_infer,
                             .gradient = lu_factor_gradient,
                             .saves_outputs = 0b11,
                             .can_fail = true};
extern const Op lu_permutation_op{.name = "lu_permutation",
                                  .inputs = 2,
                                  .infer = lu_permutation_infer,
                                  .gradient_stops = true,
                                  .can_fail = true,
                                  .metadata_inputs = 0b10};
extern const Op lu_solve_op{.name = "lu_solve",
                            .inputs = 4,
                            .attributes = &attribute_type<LuSolveAttributes>,
                            .infer = lu_solve_infer,
                            .gradient = lu_solve_gradient,
                            .saves_inputs = 0b0111,
                            .saves_outputs = 1,
                            .can_fail = true,
                            .metadata_inputs = 0b0001};

namespace linalg {

LuFactors factors_of(const Tensor& x, bool check) {
  const LuFactorAttributes attributes{check};
  const Arg argument = x;
  const Arg* const arguments[] = {&argument};
  Tensor outputs[2];
  apply(lu_factor_op, arguments, &attributes, outputs, {});
  return {outputs[0], outputs[1]};
}

Tensor permutation(const Tensor& pivots, const Tensor& like) {
  const Arg arguments[] = {pivots, like};
  return apply(lu_permutation_op, {&arguments[0], &arguments[1]});
}

Tensor solve_factored(const Tensor& a, const LuFactors& factors, const Tensor& b, bool transpose) {
  const LuSolveAttributes attributes{transpose};
  const Arg arguments[] = {a, factors.LU, factors.pivots, b};
  return apply(lu_solve_op, {&arguments[0], &arguments[1], &arguments[2], &arguments[3]}, &attributes);
}

namespace {

/// The factors for `solve_factored`: its gradient does not pass through them.
LuFactors unrecorded_factors(const Tensor& x, bool check) {
  const GradMode off(false);
  return factors_of(x, check);
}

}  // namespace

Tensor inverse(const Tensor& x, bool check) {
  return solve_factored(x, unrecorded_factors(x, check), eye_like(x), false);
}

Tensor inv(Arg x) {
  const Frame frame(x.where());
  const Called called("inv");
  const Tensor wide = checked_operand("inv", x);
  check_square("inv", wide, x.where());
  return cast(inverse(wide, true), x.tensor().dtype());
}

Tensor solve(Arg a, Arg b, bool left) {
  const Frame frame(a.where());
  const Called called("solve");
  const Tensor matrix = checked_operand("solve", a), given = checked_operand("solve", b, 1);
  check_square("solve", matrix, a.where());
  const bool vectors = holds_vectors(matrix, given);
  // x a = b is a^T x^T = b^T; of vectors rows and columns are the same.
  const Tensor right = vectors ? unsqueeze(given, -1) : left ? given : transpose(given);
  const Tensor solution = solve_factored(matrix, unrecorded_factors(matrix, true), right, !left);
  return cast(vectors ? squeeze(solution, -1) : left ? solution : transpose(solution), b.tensor().dtype());
}

LuFactors lu_factor(Arg x) {
  const Frame frame(x.where());
  const Called called("lu_factor");
  const LuFactors factors = factors_of(checked_operand("lu_factor", x), true);
  return {cast(factors.LU, x.tensor().dtype()), factors.pivots};
}

Lu lu(Arg x) {
  const Frame frame(x.where());
  const Called called("lu");
  const Tensor wide = checked_operand("lu", x);
  const auto [packed, pivots] = factors_of(wide, false);
  const DType dtype = x.tensor().dtype();
  const Dim down = wide.shape().dim(-2), across = wide.shape().dim(-1);
  const std::int64_t k = smaller(down, across).raw();
  const Tensor lower = k >= 0 && k < across.raw() ? part(packed, -1, 0, k) : packed;
  const Tensor upper = k >= 0 && k < down.raw() ? part(packed, -2, 0, k) : packed;
  return {cast(permutation(pivots, packed), dtype), cast(tril(lower, -1) + eye_like(lower), dtype),
          cast(triu(upper), dtype)};
}

Tensor lu_solve(Arg LU, Arg pivots, Arg b, LuSolveOptions options) {
  const Frame frame(LU.where());
  const Called called("lu_solve");
  const Tensor packed = checked_operand("lu_solve", LU), given = checked_operand("lu_solve", b);
  check_square("lu_solve", packed, LU.where());
  const Tensor p = permutation(operand("lu_solve", pivots), packed);
  const Tensor right = options.left ? given : transpose(given);
  Tensor x;
  if (options.adjoint == options.left) {  // a^T x = b is U^T L^T P^T x = b, and so is x a = b for x^T
    const Tensor half = triangular_solution(transpose(packed), right, {.upper = false});
    x = matmul(p, triangular_solution(transpose(packed), half, {.upper = true, .unitriangular = true}));
  } else {
    const Tensor half =
        triangular_solution(packed, matmul(transpose(p), right), {.upper = false, .unitriangular = true});
    x = triangular_solution(packed, half, {.upper = true});
  }
  return cast(options.left ? x : transpose(x), b.tensor().dtype());
}

}  // namespace linalg
}  // namespace triptych
