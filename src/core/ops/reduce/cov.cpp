// cov and corrcoef: how rows vary together.
#include "core/ops/ops.h"
#include "core/ops/reduce/reduce.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// x as rows of observations, in a floating dtype.
Tensor rows_of(const char* op, const Arg& x) {
  const Tensor& given = operand(op, x);
  if (given.ndim() > 2)
    throw ArgumentError(op, "x has more than two dimensions", "shape " + given.shape().text(), "", x.where());
  const Tensor numbers = cast(x, is_floating(given.dtype()) ? given.dtype() : float32);
  if (given.ndim() == 2) return numbers;
  return unsqueeze(given.ndim() == 1 ? numbers : unsqueeze(numbers, 0), 0);
}

/// Of one row, which was no matrix, a number.
Tensor as_given(const Tensor& matrix, const Arg& x) {
  return x.tensor().ndim() == 2 ? matrix : squeeze(matrix, {0, 1});
}

Tensor product_with_transpose(const Tensor& a, const Tensor& b) { return matmul(a, transpose(b, 0, 1)); }

/// Weights of the observations, in x's dtype.
Tensor weights_for(const Tensor& rows, const Tensor& weights, const char* name, bool whole, Location where) {
  if (weights.ndim() != 1 || conflict(weights.shape().dim(0), rows.shape().dim(1)))
    throw ArgumentError("cov", std::string(name) + " are not one for each observation",
                        "shape " + weights.shape().text() + " for x of shape " + rows.shape().text(), "", where);
  if (whole && !is_integral(weights.dtype()))
    throw ArgumentError("cov", std::string(name) + " are not integers", std::string(dtype_name(weights.dtype())),
                        "Convert them with cast", where);
  return cast(weights, rows.dtype());
}

Tensor weighted(const Tensor& x, const CovOptions& options, Location where) {
  Tensor weights;
  if (options.fweights.defined()) weights = weights_for(x, options.fweights, "fweights", true, where);
  Tensor taken;  // what the correction is multiplied with
  if (options.aweights.defined()) {
    const Tensor importance = weights_for(x, options.aweights, "aweights", false, where);
    weights = weights.defined() ? weights * importance : importance;
    taken = sum(weights * importance) / sum(weights);
  }
  const Tensor mass = sum(weights), correction = taken.defined() ? taken * options.correction : Tensor();
  const Tensor centered = x - sum(x * weights, 1, true) / mass;
  const Tensor observations = correction.defined() ? mass - correction : mass - options.correction;
  return product_with_transpose(centered * weights, centered) / maximum(observations, 0);
}

}  // namespace

Tensor cov(Arg x, CovOptions options) {
  const Called called("cov");
  const Frame frame(x.where());
  const Tensor rows = rows_of("cov", x);
  return rounded_once(rows, [&](const Tensor& wide) {
    if (options.fweights.defined() || options.aweights.defined())
      return as_given(weighted(wide, options, x.where()), x);
    const Tensor centered = wide - mean(wide, 1, true);
    return as_given(
        divide_by_count(product_with_transpose(centered, centered), wide, 1, static_cast<double>(options.correction)),
        x);
  });
}

Tensor corrcoef(Arg x) {
  const Called called("corrcoef");
  const Frame frame(x.where());
  const Tensor rows = rows_of("corrcoef", x);
  return rounded_once(rows, [&](const Tensor& wide) {
    const Tensor centered = wide - mean(wide, 1, true);
    const Tensor deviation = sqrt(sum(square(centered), 1, true));
    return as_given(clip(product_with_transpose(centered, centered) / deviation / transpose(deviation, 0, 1), -1, 1),
                    x);
  });
}

}  // namespace triptych
