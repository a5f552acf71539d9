// matmul: the product of two matrices, or of batches of them.
#include "core/ops/product/matmul.h"

#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void matmul_infer(Infer& infer) {
  const Shape &a = infer.shape(0), &b = infer.shape(1);
  infer.check(a.rank() > 0 && b.rank() > 0, "an operand has no dimensions", "Multiply by a number with *");
  if (infer.dtype(0) != infer.dtype(1)) infer.fail("dtypes differ", infer.given(), "Convert one with cast");
  infer.check(infer.dtype(0) != boolean, "bools are multiplied", "Convert with cast");
  const int inner = b.rank() == 1 ? 0 : b.rank() - 2;
  if (conflict(a.dim(-1), b.dim(inner)))
    infer.fail("inner dimensions differ", "a is " + a.text() + ", b is " + b.text(),
               a.rank() < 2 || conflict(a.dim(-1), b.dim(-1)) ? "" : "Did you mean transpose(b)?");
  Shape left = a, right = b, shape;  // the leading dimensions
  for (int i = 0; i < 2; ++i) {
    if (left.rank() > 0) left.erase(left.rank() - 1);
    if (right.rank() > 0) right.erase(right.rank() - 1);
  }
  if (!broadcast(left, right, shape))
    infer.fail("leading dimensions do not broadcast", "a is " + a.text() + ", b is " + b.text(),
               "All but the last two dimensions must be equal or 1");
  if (a.rank() > 1) shape.append(a.dim(-2));
  if (b.rank() > 1) shape.append(b.dim(-1));
  infer.output(0, shape, infer.dtype(0));
}

// c = a b: da = dc b^T, db = a^T dc, summed over the dimensions that were broadcast.
void matmul_gradient(Gradient& g) {
  const Tensor a = g.input(0), b = g.input(1);
  const Tensor rows = a.ndim() == 1 ? unsqueeze(a, 0) : a, columns = b.ndim() == 1 ? unsqueeze(b, 1) : b;
  Tensor upstream = g.upstream();
  if (a.ndim() == 1) upstream = unsqueeze(upstream, b.ndim() == 1 ? -1 : -2);
  if (b.ndim() == 1) upstream = unsqueeze(upstream, -1);
  if (g.needs(0)) {
    const Tensor product = matmul(upstream, transpose(columns));
    const Tensor summed = columns.ndim() == 2 && a.ndim() > 1 ? product : sum_to_like(product, rows);
    g.set(0, a.ndim() == 1 ? reshape_like(summed, a) : summed);
  }
  if (g.needs(1)) {
    const Tensor summed = columns.ndim() == 2 ? transposed_product(rows, upstream)
                                              : sum_to_like(matmul(transpose(rows), upstream), columns);
    g.set(1, b.ndim() == 1 ? reshape_like(summed, b) : summed);
  }
}

// a (..., m) and b (..., n) with equal leading dimensions give (m, n).
void matmul_weight_grad_infer(Infer& infer) {
  Shape a = infer.shape(0), b = infer.shape(1), shape;
  infer.check(a.rank() > 1 && a.rank() == b.rank(),
              "the operands differ in the number of dimensions, or have less than two");
  infer.check(infer.dtype(0) == infer.dtype(1) && infer.dtype(0) != boolean, "dtypes differ or are bool");
  shape.append(a.dim(-1));
  shape.append(b.dim(-1));
  a.erase(a.rank() - 1);
  b.erase(b.rank() - 1);
  infer.check(a.compatible(b), "leading dimensions differ");
  infer.output(0, shape, infer.dtype(0));
}

// c = a^T b: da = b dc^T, db = a dc.
void matmul_weight_grad_gradient(Gradient& g) {
  if (g.needs(0)) g.set(0, matmul(g.input(1), transpose(g.upstream())));
  if (g.needs(1)) g.set(1, matmul(g.input(0), g.upstream()));
}

}  // namespace

extern const Op matmul_op{
    .name = "matmul", .inputs = 2, .infer = matmul_infer, .gradient = matmul_gradient, .saves_inputs = 0b11};
extern const Op matmul_weight_grad_op{.name = "matmul_weight_grad",
                                      .inputs = 2,
                                      .infer = matmul_weight_grad_infer,
                                      .gradient = matmul_weight_grad_gradient,
                                      .saves_inputs = 0b11};

Tensor matmul(Arg a, Arg b) { return apply(matmul_op, {&a, &b}); }

Tensor transposed_product(const Tensor& a, const Tensor& b) {
  if (a.ndim() == 2) return matmul(transpose(a), b);
  const Arg arguments[] = {a, b};
  return apply(matmul_weight_grad_op, {&arguments[0], &arguments[1]});
}

}  // namespace triptych
