// Norms of matrices, and parts and sums of them.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "core/ops/linalg/linalg.h"
#include "core/support/error_context.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych::linalg {
namespace {

/// Two axes, counted from the front.
struct MatrixAxes {
  int rows, columns;

  MatrixAxes(const char* op, const Tensor& x, const Axes& axes, Location where) {
    if (axes.size() != 2)
      throw ArgumentError(op, "matrices have two axes", std::to_string(axes.size()) + " were given", "", where);
    rows = normalize_axis(op, axes[0], x.ndim(), where);
    columns = normalize_axis(op, axes[1], x.ndim(), where);
    if (rows == columns)
      throw ArgumentError(op, "an axis is given twice", std::to_string(axes[0]) + " and " + std::to_string(axes[1]), "",
                          where);
  }
  /// x with the matrices at the end.
  Tensor at_end(const Tensor& x) const {
    Axes order;
    for (int i = 0; i < x.ndim(); ++i)
      if (i != rows && i != columns) order.append(i);
    order.append(rows);
    order.append(columns);
    return permute(x, order);
  }
  /// Reduced numbers with both axes back as ones.
  Tensor with_ones(Tensor x) const {
    x = unsqueeze(x, std::min(rows, columns));
    return unsqueeze(x, std::max(rows, columns));
  }
};

/// reduce(matrices), (..., n, m) -> (...), along two axes.
template <class Reduce>
Tensor reduced(const char* op, const Arg& x, const Axes& axes, bool keepdims, Reduce reduce) {
  const Frame frame(x.where());
  const Called called(op);
  const Tensor wide = checked_operand(op, x);
  const MatrixAxes at(op, wide, axes, x.where());
  const Tensor result = cast(reduce(at.at_end(wide)), x.tensor().dtype());
  return keepdims ? at.with_ones(result) : result;
}

}  // namespace

Tensor matrix_norm(Arg x, Text ord, const Axes& axes, bool keepdims) {
  if (ord == "fro") return reduced("matrix_norm", x, axes, keepdims, [](const Tensor& a) { return norm(a, {-2, -1}); });
  if (ord == "nuc")
    return reduced("matrix_norm", x, axes, keepdims, [](const Tensor& a) { return sum(singular_values(a), {-1}); });
  throw ArgumentError("matrix_norm", "there is no such norm", '"' + std::string(ord) + '"',
                      "There are \"fro\", \"nuc\", and the numbers 1, 2 and infinity with both signs", x.where());
}

Tensor matrix_norm(Arg x, double ord, const Axes& axes, bool keepdims) {
  const double size = std::abs(ord);
  if (size != 1 && size != 2 && !std::isinf(size))
    throw ArgumentError("matrix_norm", "there is no such norm", number_text(ord),
                        "There are \"fro\", \"nuc\", and the numbers 1, 2 and infinity with both signs", x.where());
  return reduced("matrix_norm", x, axes, keepdims, [&](const Tensor& a) {
    const Tensor values = size == 2 ? singular_values(a) : sum(abs(a), {size == 1 ? -2 : -1});
    return ord > 0 ? max(values, {-1}) : min(values, {-1});
  });
}

Tensor trace(Arg x) {
  const Frame frame(x.where());
  const Called called("trace");
  if (operand("trace", x).ndim() < 2)
    throw ArgumentError("trace", "the operand has less than two dimensions", x.tensor().shape().text(), "", x.where());
  return sum(tril(triu(x.tensor())), {-2, -1});
}

Tensor diagonal(Arg x, std::int64_t offset, std::int64_t axis1, std::int64_t axis2) {
  return triptych::diagonal(std::move(x), offset, axis1, axis2);
}

Tensor vander(Arg x, std::optional<std::int64_t> N) {
  const Frame frame(x.where());
  const Called called("vander");
  const Tensor& given = operand("vander", x);
  if (given.ndim() < 1)
    throw ArgumentError("vander", "the operand has no dimensions", given.shape().text(), "", x.where());
  if (given.dtype() == boolean)
    throw ArgumentError("vander", "bools are multiplied", given.shape().text(), "Convert with cast", x.where());
  const std::int64_t powers = N ? *N : given.size(-1, x.where());
  if (powers < 0 || powers > Shape::most_elements)
    throw ArgumentError("vander", "N is negative or too large", std::to_string(powers), "", x.where());
  Shape all = given.shape();
  all.append(powers);
  all.check_size(x.where());
  if (powers == 0) return slice(unsqueeze(given, -1), -1, {0, 0});
  const Tensor wide = widened(given);
  std::vector<Tensor> columns{ones_like(wide)};
  while (static_cast<std::int64_t>(columns.size()) < powers)
    columns.push_back(columns.size() == 1 ? wide : mul(columns.back(), wide));
  return cast(stack(columns, -1), given.dtype());
}

}  // namespace triptych::linalg
