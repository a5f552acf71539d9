// matmul: the product of two matrices.
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void matmul_infer(Infer& infer) {
  const Shape &a = infer.shape(0), &b = infer.shape(1);
  infer.check(a.rank() == 2 && b.rank() == 2, "both operands must be matrices");
  if (infer.dtype(0) != infer.dtype(1)) infer.fail("dtypes differ", infer.given(), "Convert one with cast");
  if (conflict(a.dim(1), b.dim(0)))
    infer.fail("inner dimensions differ", "a is " + a.text() + ", b is " + b.text(),
               conflict(a.dim(1), b.dim(1)) ? "" : "Did you mean transpose(b)?");
  Shape shape;
  shape.append(a.dim(0));
  shape.append(b.dim(1));
  infer.output(0, shape, infer.dtype(0));
}

// c = a b: da = dc b^T, db = a^T dc.
void matmul_gradient(Gradient& g) {
  if (g.needs(0)) g.set(0, matmul(g.upstream(), transpose(g.input(1))));
  if (g.needs(1)) g.set(1, matmul(transpose(g.input(0)), g.upstream()));
}

}  // namespace

extern const Op matmul_op{
    .name = "matmul", .inputs = 2, .infer = matmul_infer, .gradient = matmul_gradient, .saves_inputs = 0b11};

Tensor matmul(Arg a, Arg b) { return apply(matmul_op, {&a, &b}); }

}  // namespace triptych
