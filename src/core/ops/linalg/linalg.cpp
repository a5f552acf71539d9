#include "core/ops/linalg/linalg.h"

#include <algorithm>

#include "triptych/core/ops.h"

namespace triptych {

void check_matrices(const Infer& infer, int i) {
  infer.check(infer.shape(i).rank() >= 2, "an operand has less than two dimensions");
  infer.check(infer.dtype(i) == float32 || infer.dtype(i) == float64, "the dtype is neither float32 nor float64",
              "Convert it with cast");
}

void check_square(const Infer& infer, int i) {
  check_matrices(infer, i);
  infer.check(!conflict(infer.shape(i).dim(-1), infer.shape(i).dim(-2)), "the matrices are not square");
}

Shape broadcast_batches(const Infer& infer, int a, int b, Dim rows, Dim columns) {
  Shape left = infer.shape(a), right = infer.shape(b), result;
  for (Shape* shape : {&left, &right})
    for (int k = 0; k < 2; ++k) shape->erase(-1);
  if (!broadcast(left, right, result)) infer.fail("the batches do not broadcast", infer.given());
  result.append(rows);
  result.append(columns);
  return result;
}

Dim smaller(Dim a, Dim b) { return a.known() && b.known() ? Dim(std::min(a.raw(), b.raw())) : Dim(unknown); }

namespace linalg {

Tensor checked_operand(const char* op, const Arg& x, int rank) {
  const Tensor& given = operand(op, x);
  if (!is_floating(given.dtype()))
    throw ArgumentError(op, "the dtype is not floating", std::string(dtype_name(given.dtype())), "Convert it with cast",
                        x.where());
  if (given.ndim() < rank)
    throw ArgumentError(op, "an operand has too few dimensions", given.shape().text(),
                        rank == 2 ? "The last two axes are matrices" : "", x.where());
  return widened(given);
}

void check_square(const char* op, const Tensor& x, Location where) {
  if (conflict(x.shape().dim(-1), x.shape().dim(-2)))
    throw ArgumentError(op, "the matrices are not square", x.shape().text(), "", where);
}

bool holds_vectors(const Tensor& a, const Tensor& b) {
  if (b.ndim() == 1) return true;
  Shape rows = a.shape();
  rows.erase(-1);
  return b.shape().compatible(rows);
}

Tensor scaled_columns(const Tensor& x, const Tensor& row) { return x * unsqueeze(row, -2); }

}  // namespace linalg
}  // namespace triptych
