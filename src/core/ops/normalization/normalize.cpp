// Functions made of other ops.
#include "triptych/core/ops/normalize.h"

#include <cmath>

#include "core/dispatch/autocast.h"
#include "core/ops/ops.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void check_floating(const char* op, const Arg& x) {
  if (const DType dtype = operand(op, x).dtype(); !is_floating(dtype))
    throw ArgumentError(op, "x is not floating", std::string(dtype_name(dtype)), "Convert it with cast", x.where());
}

/// The norm of order p along `axis`, which stays.
Tensor norm_of_order(const Tensor& x, double p, std::int64_t axis) {
  if (p == 2) return norm(x, {axis}, true);
  if (std::isinf(p)) return max(abs(x), {axis}, true);
  if (p == 1) return sum(abs(x), {axis}, true);
  if (p == 0) return cast(count_nonzero(x, {axis}, true), x.dtype());
  return pow(sum(pow(abs(x), p), {axis}, true), 1 / p);
}

}  // namespace

Tensor normalize(Arg x, double p, std::int64_t axis, double eps) {
  const Location where = x.where();
  const Frame frame(where);
  check_floating("normalize", x);
  Hyperparameters("normalize", where).not_negative("eps", eps);
  if (!(p >= 0)) throw ArgumentError("normalize", "p is negative", number_text(p), "", where);
  const int at = normalize_axis("normalize", axis, x.tensor().ndim(), where);
  return rounded_once(float32_if_autocast(x.tensor()),
                      [&](const Tensor& wide) { return wide / clip(norm_of_order(wide, p, at), eps); });
}

Tensor l2_normalize(Arg x, const Axes& axes, double epsilon) {
  const Location where = x.where();
  const Frame frame(where);
  check_floating("l2_normalize", x);
  Hyperparameters("l2_normalize", where).not_negative("epsilon", epsilon);
  return rounded_once(float32_if_autocast(x.tensor()), [&](const Tensor& wide) {
    const Tensor squares = axes.empty() ? sum(square(wide)) : sum(square(wide), axes, true);
    return wide * rsqrt(maximum(squares, epsilon));
  });
}

Tensor local_response_norm(Arg x, std::int64_t size, double alpha, double beta, double k) {
  const Location where = x.where();
  const Frame frame(where);
  check_floating("local_response_norm", x);
  const Hyperparameters check("local_response_norm", where);
  check.finite("alpha", alpha);
  check.finite("beta", beta);
  check.finite("k", k);
  if (x.tensor().ndim() < 3)
    throw ArgumentError("local_response_norm", "x is not (N, C, ...) with one more axis", x.tensor().shape().text(), "",
                        where);
  constexpr std::int64_t most = 1 << 16;  // each neighbour is a term
  if (size < 1 || size > most)
    throw ArgumentError("local_response_norm", "size is not from 1 to " + std::to_string(most), std::to_string(size),
                        "", where);
  return rounded_once(x.tensor(), [&](const Tensor& wide) {
    std::vector<std::pair<std::int64_t, std::int64_t>> room(static_cast<std::size_t>(wide.ndim()));
    room[1] = {size / 2, (size - 1) / 2};
    const Tensor squares = pad(square(wide), room);
    Tensor total;
    for (std::int64_t i = 0; i < size; ++i) {
      const Tensor shifted = slice(squares, 1, i + 1 < size ? Slice(i, i + 1 - size) : Slice(i, none));
      total = total.defined() ? total + shifted : shifted;
    }
    return wide / pow(total * (alpha / static_cast<double>(size)) + k, beta);
  });
}

Tensor weight_norm(Arg v, Arg g, std::optional<std::int64_t> dim) {
  const Location where = v.where();
  const Frame frame(where);
  check_floating("weight_norm", v);
  const Tensor& input = v.tensor();
  static_cast<void>(operand("weight_norm", g));
  Axes axes;
  const int kept = dim ? normalize_axis("weight_norm", *dim, input.ndim(), where) : -1;
  for (int i = 0; i < input.ndim(); ++i)
    if (i != kept) axes.append(i);
  return rounded_once(input, [&](const Tensor& wide) {
    const Tensor length = axes.empty() ? abs(wide) : norm(wide, axes, true);
    return wide * (widened(g.tensor()) / length);
  });
}

SpectralNorm spectral_norm(Arg weight, const Tensor& u, const Tensor& v, SpectralNormOptions options) {
  const Location where = weight.where();
  const Frame frame(where);
  check_floating("spectral_norm", weight);
  const Tensor& input = weight.tensor();
  Hyperparameters("spectral_norm", where).not_negative("eps", options.eps);
  if (options.n_power_iterations < 0)
    throw ArgumentError("spectral_norm", "n_power_iterations is negative", std::to_string(options.n_power_iterations),
                        "", where);
  if (input.ndim() == 0) throw ArgumentError("spectral_norm", "the weight has no dimensions", "()", "", where);
  if (input.ndim() == 1) return {normalize(input, 2, 0, options.eps), u, v};
  const int dim = normalize_axis("spectral_norm", options.dim, input.ndim(), where);
  const Tensor wide = widened(input), matrix = flatten(moveaxis(wide, dim, 0), 1);
  Tensor rows = operand("spectral_norm", Arg(u, where)).detach(),
         columns = operand("spectral_norm", Arg(v, where)).detach();
  if (rows.ndim() != 1 || columns.ndim() != 1 || conflict(rows.shape().dim(0), matrix.shape().dim(0)) ||
      conflict(columns.shape().dim(0), matrix.shape().dim(1)))
    throw ArgumentError(
        "spectral_norm", "u and v do not fit the weight's rows and columns",
        "u is " + rows.shape().text() + ", v is " + columns.shape().text() + ", the matrix is " + matrix.shape().text(),
        "", where);
  const DType dtype = rows.dtype();
  rows = widened(rows);
  columns = widened(columns);
  {
    const GradMode unrecorded(false);
    const Tensor fixed = matrix.detach();
    for (std::int64_t i = 0; i < options.n_power_iterations; ++i) {
      rows = normalize(matmul(fixed, columns), 2, 0, options.eps);
      columns = normalize(matmul(transpose(fixed), rows), 2, 0, options.eps);
    }
  }
  return {cast(wide / sum(rows * matmul(matrix, columns)), input.dtype()), cast(rows, dtype), cast(columns, dtype)};
}

}  // namespace triptych
