// triangular_solve: a x = b by substitution.
#include "core/ops/linalg/linalg.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op triangular_solve_op;

namespace {

void triangular_solve_infer(Infer& infer) {
  check_square(infer, 0);
  check_matrices(infer, 1);
  if (infer.dtype(0) != infer.dtype(1)) infer.fail("dtypes differ", infer.given(), "Convert one with cast");
  const Shape &a = infer.shape(0), &b = infer.shape(1);
  if (conflict(a.dim(-1), b.dim(-2)))
    infer.fail("the sides have different numbers of rows", "a is " + a.text() + ", b is " + b.text());
  infer.output(0, broadcast_batches(infer, 0, 1, b.dim(-2).known() ? b.dim(-2) : a.dim(-1), b.dim(-1)), infer.dtype(0));
}

// x = a^-1 b: db = a^-T dx, da = -db x^T, of which the triangle counts that is read.
void triangular_solve_gradient(Gradient& g) {
  const auto& attributes = g.attributes<TriangularSolveAttributes>();
  const Tensor a = g.input(0);
  const Tensor right =
      linalg::triangular_solution(transpose(a), g.upstream(), {!attributes.upper, attributes.unitriangular});
  if (g.needs(1)) g.set(1, sum_to_like(right, g.input(1)));
  if (!g.needs(0)) return;
  const Tensor product = -matmul(right, transpose(g.output()));
  const std::int64_t k = attributes.unitriangular;
  g.set(0, sum_to_like(attributes.upper ? triu(product, k) : tril(product, -k), a));
}

}  // namespace

extern const Op triangular_solve_op{.name = "triangular_solve",
                                    .inputs = 2,
                                    .attributes = &attribute_type<TriangularSolveAttributes>,
                                    .infer = triangular_solve_infer,
                                    .gradient = triangular_solve_gradient,
                                    .saves_inputs = 0b01,
                                    .saves_outputs = 1};

namespace linalg {

Tensor triangular_solution(const Tensor& a, const Tensor& b, TriangularSolveAttributes attributes) {
  const Arg arguments[] = {a, b};
  return apply(triangular_solve_op, {&arguments[0], &arguments[1]}, &attributes);
}

Tensor triangular_solution_right(const Tensor& a, const Tensor& b, TriangularSolveAttributes attributes) {
  attributes.upper = !attributes.upper;
  return transpose(triangular_solution(transpose(a), transpose(b), attributes));
}

Tensor solve_triangular(Arg a, Arg b, SolveTriangularOptions options) {
  const Frame frame(a.where());
  const Called called("solve_triangular");
  const Tensor matrix = checked_operand("solve_triangular", a), right = checked_operand("solve_triangular", b);
  const TriangularSolveAttributes attributes{options.upper, options.unitriangular};
  return cast(options.left ? triangular_solution(matrix, right, attributes)
                           : triangular_solution_right(matrix, right, attributes),
              b.tensor().dtype());
}

TriangularSolved triangular_solve(Arg b, Arg a, TriangularSolveOptions options) {
  const Frame frame(b.where());
  const Called called("triangular_solve");
  const Tensor matrix = checked_operand("triangular_solve", a), right = checked_operand("triangular_solve", b);
  const Tensor solution = triangular_solution(options.transpose ? transpose(matrix) : matrix, right,
                                              {options.upper != options.transpose, options.unitriangular});
  return {cast(solution, b.tensor().dtype()), a.tensor().clone()};
}

}  // namespace linalg
}  // namespace triptych
