// Reductions and scans over what is not NaN: the NaN are replaced by what changes nothing.
#include "triptych/core/ops/nan_statistics.h"

#include <limits>

#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

bool has_nan(const char* op, const Arg& x) { return is_floating(operand(op, x).dtype()); }

/// An extreme: `reduce` of x with `least` where NaN are, and NaN where `all_of` is true of them.
template <class Reduce, class All>
Tensor extreme(const char* op, const Arg& x, double least, Reduce reduce, All all_of) {
  const Called called(op);
  const Frame frame(x.where());
  if (!has_nan(op, x)) return reduce(x.tensor());
  const Tensor missing = isnan(x);
  const Tensor found = reduce(where(missing, least, x));
  return where(all_of(missing), nan, found);
}

/// Where an extreme stands.
template <class Reduce, class All>
Tensor place(const char* op, const Arg& x, double least, Reduce reduce, All all_of) {
  const Called called(op);
  const Frame frame(x.where());
  if (!has_nan(op, x)) return reduce(x.tensor());
  const Tensor missing = isnan(x);
  return where(all_of(missing), -1, reduce(where(missing, least, x)));
}

/// x with NaN replaced.
Tensor without_nan(const char* op, const Arg& x, double by) {
  return has_nan(op, x) ? where(isnan(x), by, x) : x.tensor();
}

/// `add` stands for a sum over the axes, `kept` for one that keeps them.
template <class Add, class Kept>
Tensor variance(const char* op, const Arg& x, double correction, Add add, Kept kept) {
  if (!has_nan(op, x))
    throw ArgumentError(op, "the tensor is not floating-point", std::string(dtype_name(x.tensor().dtype())),
                        "Convert it with cast(x, float32)", x.where());
  return rounded_once(x.tensor(), [&](const Tensor& t) {
    const Tensor missing = isnan(t), number = cast(logical_not(missing), t.dtype());
    const Tensor values = where(missing, 0, t);
    const Tensor center = kept(values) / kept(number);
    const Tensor distance = where(missing, 0, values - center);
    return add(square(distance)) / maximum(add(number) - correction, 0);
  });
}

/// The root, whose derivative is 0 at 0.
Tensor root(const Tensor& squares) {
  const Tensor zero = equal(squares, 0);
  return where(zero, 0, sqrt(where(zero, 1, squares)));
}

Tensor sum_all(const Tensor& t) { return sum(t); }

}  // namespace

Tensor nanmax(Arg x) {
  return extreme(
      "nanmax", x, -infinity, [](const Tensor& t) { return max(t); }, [](const Tensor& t) { return all(t); });
}
Tensor nanmax(Arg x, const Axes& axes, bool keepdims) {
  return extreme(
      "nanmax", x, -infinity, [&](const Tensor& t) { return max(t, axes, keepdims); },
      [&](const Tensor& t) { return all(t, axes, keepdims); });
}
Tensor nanmin(Arg x) {
  return extreme(
      "nanmin", x, infinity, [](const Tensor& t) { return min(t); }, [](const Tensor& t) { return all(t); });
}
Tensor nanmin(Arg x, const Axes& axes, bool keepdims) {
  return extreme(
      "nanmin", x, infinity, [&](const Tensor& t) { return min(t, axes, keepdims); },
      [&](const Tensor& t) { return all(t, axes, keepdims); });
}

Tensor nanargmax(Arg x) {
  return place(
      "nanargmax", x, -infinity, [](const Tensor& t) { return argmax(t); }, [](const Tensor& t) { return all(t); });
}
Tensor nanargmax(Arg x, std::int64_t axis, bool keepdims) {
  return place(
      "nanargmax", x, -infinity, [&](const Tensor& t) { return argmax(t, axis, keepdims); },
      [&](const Tensor& t) { return all(t, axis, keepdims); });
}
Tensor nanargmin(Arg x) {
  return place(
      "nanargmin", x, infinity, [](const Tensor& t) { return argmin(t); }, [](const Tensor& t) { return all(t); });
}
Tensor nanargmin(Arg x, std::int64_t axis, bool keepdims) {
  return place(
      "nanargmin", x, infinity, [&](const Tensor& t) { return argmin(t, axis, keepdims); },
      [&](const Tensor& t) { return all(t, axis, keepdims); });
}

Tensor nanprod(Arg x) {
  const Called called("nanprod");
  const Frame frame(x.where());
  return prod(without_nan("nanprod", x, 1));
}
Tensor nanprod(Arg x, const Axes& axes, bool keepdims) {
  const Called called("nanprod");
  const Frame frame(x.where());
  return prod(without_nan("nanprod", x, 1), axes, keepdims);
}

Tensor nanvar(Arg x) {
  const Called called("nanvar");
  const Frame frame(x.where());
  return variance("nanvar", x, 0, sum_all, sum_all);
}
Tensor nanvar(Arg x, const Axes& axes, VarOptions options) {
  const Called called("nanvar");
  const Frame frame(x.where());
  return variance(
      "nanvar", x, options.correction, [&](const Tensor& t) { return sum(t, axes, options.keepdims); },
      [&](const Tensor& t) { return sum(t, axes, true); });
}
Tensor nanstd(Arg x) {
  const Called called("nanstd");
  const Frame frame(x.where());
  return rounded_once(operand("nanstd", x), [](const Tensor& t) { return root(nanvar(t)); });
}
Tensor nanstd(Arg x, const Axes& axes, VarOptions options) {
  const Called called("nanstd");
  const Frame frame(x.where());
  return rounded_once(operand("nanstd", x), [&](const Tensor& t) { return root(nanvar(t, axes, options)); });
}

Tensor nancumsum(Arg x, std::int64_t axis) {
  const Called called("nancumsum");
  const Frame frame(x.where());
  return cumsum(without_nan("nancumsum", x, 0), axis);
}
Tensor nancumprod(Arg x, std::int64_t axis) {
  const Called called("nancumprod");
  const Frame frame(x.where());
  return cumprod(without_nan("nancumprod", x, 1), axis);
}

}  // namespace triptych
