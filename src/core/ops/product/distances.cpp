// cdist and pdist: the distances of rows from each other.
#include <cmath>

#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/products.h"
#include "triptych/core/ops/rearrange.h"

namespace triptych {
namespace {

/// f(x) where x is positive, else 0, with the derivative 0 there, whatever f's is.
template <class F>
Tensor where_positive(const Tensor& x, F f) {
  const Tensor positive = x > 0;
  const Tensor value = where(positive, f(where(positive, x, 1)), 0);
  return where(isnan(x), x, value);
}

/// The p-norms of the last axis, with PyTorch's derivative 0 at 0.
Tensor norms(const Tensor& difference, double p) {
  if (p == 2) return norm(difference, {-1});
  if (p == 0) return cast(count_nonzero(difference, {-1}), difference.dtype());
  const Tensor size = abs(difference);
  if (p == 1) return sum(size, {-1});
  if (std::isinf(p)) return max(size, {-1});
  const Tensor powers = sum(where_positive(size, [p](const Tensor& x) { return pow(x, p); }), {-1});
  return where_positive(powers, [p](const Tensor& x) { return pow(x, 1 / p); });
}

/// sqrt(|a|^2 + |b|^2 - 2 a b).
Tensor by_product(const Tensor& a, const Tensor& b) {
  const Tensor squares = sum(a * a, {-1}, true) + transpose(sum(b * b, {-1}, true));
  return where_positive(squares - matmul(a, transpose(b)) * 2, [](const Tensor& x) { return sqrt(x); });
}

Tensor checked_rows(const char* op, const Arg& x, double p) {
  const Tensor& rows = operand(op, x);
  if (!(p >= 0)) throw ArgumentError(op, "p is negative or NaN", number_text(p), "", x.where());
  if (!is_floating(rows.dtype()))
    throw ArgumentError(op, "the dtype is not floating", std::string(dtype_name(rows.dtype())), "Convert it with cast",
                        x.where());
  return widened(rows);
}

}  // namespace

Tensor cdist(Arg a, Arg b, double p) {
  const Frame frame(a.where());
  const Called called("cdist");
  const DType dtype = result_type(operand("cdist", a), operand("cdist", b));
  const Tensor left = cast(checked_rows("cdist", a, p), promote_types(dtype, widened(a.tensor()).dtype()));
  const Tensor right = cast(checked_rows("cdist", b, p), left.dtype());
  if (left.ndim() < 2 || right.ndim() < 2 || conflict(left.shape().dim(-1), right.shape().dim(-1)))
    throw ArgumentError("cdist", "the operands are no rows of one length",
                        "a is " + left.shape().text() + ", b is " + right.shape().text(), "", a.where());
  constexpr std::int64_t few = 25;  // as in PyTorch
  const bool many = left.shape().dim(-2).raw() > few || right.shape().dim(-2).raw() > few;
  if (p == 2 && many) return cast(by_product(left, right), dtype);
  return cast(norms(unsqueeze(left, -2) - unsqueeze(right, -3), p), dtype);
}

Tensor pdist(Arg x, double p) {
  const Frame frame(x.where());
  const Called called("pdist");
  const Tensor rows = checked_rows("pdist", x, p);
  if (rows.ndim() != 2)
    throw ArgumentError("pdist", "the operand is no matrix", rows.shape().text(), "cdist takes more axes", x.where());
  const Dim known = rows.shape().dim(0);
  if (!known.known())
    throw ArgumentError("pdist", "the number of rows is not known", rows.shape().text(), "", x.where());
  const Tensor pairs = to(triu_indices(known.raw(), known.raw(), 1, x.where()), rows.device());
  const auto picked = [&](std::int64_t which) { return index_select(rows, 0, select(pairs, 0, which)); };
  return cast(norms(picked(0) - picked(1), p), x.tensor().dtype());
}

}  // namespace triptych
