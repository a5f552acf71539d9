// tril and triu: the part of matrices below or above a diagonal. diag, made of other ops.
#include "core/ops/shape/tril.h"

#include <algorithm>

#include "core/ops/ops.h"
#include "core/support/checked.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void tril_infer(Infer& infer) {
  infer.check(infer.shape(0).rank() >= 2, "x has less than two dimensions");
  infer.output(0, infer.shape(0), infer.dtype(0));
}

void tril_gradient(Gradient& g) { g.set(0, tril(g.upstream(), g.attributes<DiagonalAttributes>().k)); }
void triu_gradient(Gradient& g) { g.set(0, triu(g.upstream(), g.attributes<DiagonalAttributes>().k)); }

[[noreturn]] void refuse_diag(const Arg& x, std::string_view rule) {
  throw ArgumentError("diag", rule, "x is " + x.tensor().shape().text(), "", x.where());
}

/// Row by row, element i of a vector of n stands n + 1 places after element i - 1: padded by n zeros to rows of n + 1,
/// the vector as a column is the matrix with one row too many.
Tensor matrix_of(const Tensor& vector, std::int64_t k) {
  const std::int64_t n = vector.size(0), side = k < 0 ? checked_subtract(0, k, "the padding") : k;
  const Tensor rows = flatten(pad(unsqueeze(vector, 1), {{0, 0}, {0, n}}));
  const Tensor square = reshape(slice(rows, 0, {0, n * n}), {n, n});
  return pad(square, {{k < 0 ? side : 0, k > 0 ? side : 0}, {k > 0 ? side : 0, k < 0 ? side : 0}});
}

Tensor diagonal_of(const Tensor& matrix, std::int64_t given) {
  const std::int64_t n = matrix.size(0), m = matrix.size(1), k = std::clamp(given, -n, m);  // beyond there is nothing
  const std::int64_t row = std::max<std::int64_t>(-k, 0), column = std::max<std::int64_t>(k, 0);
  const std::int64_t length = std::max<std::int64_t>(std::min(n - row, m - column), 0);
  const std::int64_t first = length ? row * m + column : 0;
  return slice(flatten(matrix), 0, {first, first + length * (m + 1), m + 1});
}

}  // namespace

extern const Op tril_op{.name = "tril",
                        .inputs = 1,
                        .attributes = &attribute_type<DiagonalAttributes>,
                        .infer = tril_infer,
                        .gradient = tril_gradient};
extern const Op triu_op{.name = "triu",
                        .inputs = 1,
                        .attributes = &attribute_type<DiagonalAttributes>,
                        .infer = tril_infer,
                        .gradient = triu_gradient};

Tensor tril(Arg x, std::int64_t k) {
  const DiagonalAttributes attributes{k};
  return apply(tril_op, {&x}, &attributes);
}
Tensor triu(Arg x, std::int64_t k) {
  const DiagonalAttributes attributes{k};
  return apply(triu_op, {&x}, &attributes);
}

Tensor diag(Arg x, std::int64_t k) {
  const Frame frame(x.where());
  const Called called("diag");
  const Shape& shape = operand("diag", x).shape();
  if (shape.rank() != 1 && shape.rank() != 2) refuse_diag(x, "x is neither a vector nor a matrix");
  if (!shape.known()) refuse_diag(x, "the shape is not known");
  return shape.rank() == 1 ? matrix_of(x.tensor(), k) : diagonal_of(x.tensor(), k);
}

}  // namespace triptych
