// diff, trapezoid, cumulative_trapezoid: steps along an axis, and what lies below them.
#include <optional>

#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// The elements that have one before them (behind them) along `axis`.
Tensor later(const Tensor& x, std::int64_t axis) { return slice(x, axis, {1, none}); }
Tensor earlier(const Tensor& x, std::int64_t axis) { return slice(x, axis, {none, -1}); }

void check_axis(const char* op, const Tensor& x, std::int64_t axis, Location where) {
  if (x.ndim() == 0) throw ArgumentError(op, "a 0-d tensor has no axis", x.shape().text(), "", where);
  normalize_axis(op, axis, x.ndim(), where);
}

/// The points along `axis` of y; a vector of them stands for every line.
Tensor points_for(const Tensor& y, const Tensor& x, std::int64_t axis) {
  if (x.ndim() != 1 || y.ndim() == 1) return x;
  Tensor points = x;
  const int behind = y.ndim() - 1 - normalize_axis("trapezoid", axis, y.ndim());
  for (int i = 0; i < behind; ++i) points = unsqueeze(points, -1);
  return points;
}

/// The areas between neighbouring points.
Tensor areas(const char* op, const Arg& y, const Arg* x, double dx, std::int64_t axis) {
  const Tensor& heights = operand(op, y);
  check_axis(op, heights, axis, y.where());
  const Tensor sums = earlier(heights, axis) + later(heights, axis);
  if (!x) return sums * (dx / 2);
  const Tensor points = points_for(heights, operand(op, *x), axis);
  check_axis(op, points, points.ndim() == heights.ndim() ? axis : 0, x->where());
  const std::int64_t along = axis < 0 ? axis : axis - heights.ndim();  // from the end: shapes broadcast there
  if (conflict(points.shape().dim(static_cast<int>(along)), heights.shape().dim(static_cast<int>(along))))
    throw ArgumentError(op, "there is not one point for each value along the axis",
                        "x of shape " + x->tensor().shape().text() + " for y of shape " + heights.shape().text(), "",
                        x->where());
  return sums * ((later(points, along) - earlier(points, along)) / 2);
}

/// x as floating-point numbers.
Tensor floating(const char* op, const Arg& x) {
  const DType dtype = operand(op, x).dtype();
  return cast(x, is_floating(dtype) ? dtype : float32);
}

Tensor integral(const char* op, const Arg& y, const Arg* x, double dx, std::int64_t axis, bool running) {
  const Called called(op);
  const Frame frame(y.where());
  const Tensor heights = floating(op, y);
  const auto add_up = [&](const Tensor& parts) { return running ? cumsum(parts, axis) : sum(parts, axis); };
  return rounded_once(heights, [&](const Tensor& wide) {
    const Arg argument(wide, y.where());
    if (!x) return add_up(areas(op, argument, nullptr, dx, axis));
    const Tensor points = cast(*x, wide.dtype());
    const Arg places(points, x->where());
    return add_up(areas(op, argument, &places, dx, axis));
  });
}

}  // namespace

Tensor diff(Arg x, std::int64_t n, std::int64_t axis, DiffOptions options) {
  const Called called("diff");
  const Frame frame(x.where());
  check_axis("diff", operand("diff", x), axis, x.where());
  if (n < 0) throw ArgumentError("diff", "n is negative", std::to_string(n), "", x.where());
  constexpr std::int64_t many = 1024;
  if (n > many && !x.tensor().shape().dim(static_cast<int>(axis)).known())
    throw ArgumentError("diff", "n is large, and the length of the axis unknown", std::to_string(n), "", x.where());
  std::vector<Tensor> parts;
  for (const Tensor& part : {options.prepend, x.tensor(), options.append})
    if (part.defined()) parts.push_back(part);
  Tensor result = n == 0 || parts.size() == 1 ? x.tensor() : concat(parts, axis, x.where());
  for (std::int64_t i = 0; i < n; ++i) {
    const Dim length = result.shape().dim(static_cast<int>(axis));
    if (length.known() && length.raw() == 0) break;  // shorter it does not get
    result = result.dtype() == boolean ? logical_xor(later(result, axis), earlier(result, axis))
                                       : later(result, axis) - earlier(result, axis);
  }
  return n == 0 ? identity(result) : result;
}

Tensor trapezoid(Arg y, double dx, std::int64_t axis) { return integral("trapezoid", y, nullptr, dx, axis, false); }
Tensor trapezoid(Arg y, Arg x, std::int64_t axis) { return integral("trapezoid", y, &x, 1, axis, false); }
Tensor cumulative_trapezoid(Arg y, double dx, std::int64_t axis) {
  return integral("cumulative_trapezoid", y, nullptr, dx, axis, true);
}
Tensor cumulative_trapezoid(Arg y, Arg x, std::int64_t axis) {
  return integral("cumulative_trapezoid", y, &x, 1, axis, true);
}

}  // namespace triptych
