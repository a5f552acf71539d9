// What stands at a rank of the sorted elements: median, quantile, mode. All of it is sorting and picking; where a graph
// does not know how long a line is, it is counted.
#include <limits>
#include <utility>

#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// x with an axis along which to sort: a 0-d tensor is a line of one element.
struct Lines {
  Tensor x;
  std::int64_t axis;
  bool keepdims;

  Lines(const char* op, const Arg& given, std::int64_t along, bool keep) : keepdims(keep) {
    const bool scalar = operand(op, given).ndim() == 0;
    axis = normalize_axis(op, along, scalar ? 1 : given.tensor().ndim(), given.where());
    x = scalar ? unsqueeze(given, 0) : given.tensor();
    keepdims = keep && !scalar;
    const Dim length = x.shape().dim(static_cast<int>(axis));
    if (length.known() && length.raw() == 0)
      throw ArgumentError(op, "there is no element to choose from", "shape " + x.shape().text(), "", given.where());
  }

  /// How many elements of each line `chosen` marks; one for each line.
  Tensor count(const Tensor& chosen) const { return sum(cast(chosen, int64), axis, true); }
  Tensor length() const { return count(full_like(x, 1)); }
  Tensor count_numbers() const { return count(logical_not(isnan(x))); }

  /// The elements at these places, one for each line.
  ValuesAndIndices at(const Tensor& places) const {
    const Tensor values = gather(x, axis, places);
    if (keepdims) return {values, places};
    return {squeeze(values, axis), squeeze(places, axis)};
  }
};

/// Where the element in the middle of the sorted line stands: of its numbers, or a NaN if there is one.
Tensor middle(const Lines& lines, bool pass_over_nan) {
  const Tensor order = argsort(lines.x, lines.axis);
  Tensor rank = floor_divide(lines.length() - 1, 2);
  if (is_floating(lines.x.dtype())) {
    const Tensor numbers = lines.count_numbers();
    if (pass_over_nan)
      rank = floor_divide(maximum(numbers - 1, 0), 2);
    else
      rank = where(less(numbers, lines.length()), numbers, rank);  // NaN are sorted behind the numbers
  }
  return gather(order, lines.axis, rank);
}

ValuesAndIndices median_along(const char* op, const Arg& x, std::int64_t axis, bool keepdims, bool pass_over_nan) {
  const Called called(op);
  const Frame frame(x.where());
  const Lines lines(op, x, axis, keepdims);
  return lines.at(middle(lines, pass_over_nan));
}

Tensor median_of_all(const char* op, const Arg& x, bool pass_over_nan) {
  const Called called(op);
  const Frame frame(x.where());
  const bool float_kind = is_floating(operand(op, x).dtype());
  const Tensor all = flatten(x);
  if (float_kind && all.shape().known() && all.numel() == 0) return sum(all) + std::numeric_limits<double>::quiet_NaN();
  const Lines lines(op, Arg(all, x.where()), 0, false);
  const Tensor found = lines.at(middle(lines, pass_over_nan)).values;
  if (!float_kind) return found;
  // The largest of those that equal it: that is how extremes share their gradient.
  const Tensor value = found.detach();
  const Tensor same = logical_or(equal(all, value), logical_and(isnan(all), isnan(value)));
  return max(where(same, all, -std::numeric_limits<double>::infinity()));
}

// --- quantile -------------------------------------------------------------------------------------------------------

/// Which of two neighbours a place between them stands for: `below` and `above` are whole, `share` is how far it is.
struct Between {
  Tensor below, above, share;
};

Between between(const Tensor& place, const std::string& interpolation) {
  const Tensor below = floor(place), above = ceil(place);
  if (interpolation == "lower") return {below, below, Tensor()};
  if (interpolation == "higher") return {above, above, Tensor()};
  if (interpolation == "nearest") return {round(place), round(place), Tensor()};
  return {below, above, interpolation == "midpoint" ? full_like(place, 0.5) : place - below};
}

void check_quantile(const char* op, const Arg& x, const Arg& q, const QuantileOptions& options) {
  const auto refuse = [&](const char* rule, const std::string& given, const char* hint, Location where) {
    throw ArgumentError(op, rule, given, hint, where);
  };
  if (!is_floating(operand(op, x).dtype()))
    refuse("x is not floating", std::string(dtype_name(x.tensor().dtype())), "Convert it with cast", x.where());
  bool known = false;
  for (const char* name : {"linear", "lower", "higher", "midpoint", "nearest"}) known |= options.interpolation == name;
  if (!known)
    refuse("there is no such interpolation", "'" + options.interpolation + "'",
           "It is 'linear', 'lower', 'higher', 'midpoint' or 'nearest'", x.where());
  if (q.is_scalar()) return Hyperparameters(op, q.where()).share("q", q.scalar().to_double());
  const Tensor& shares = operand(op, q);
  if (shares.ndim() > 1 || !is_floating(shares.dtype()))
    refuse("q is neither a number nor a vector of floating-point numbers",
           std::string(dtype_name(shares.dtype())) + " " + shares.shape().text(), "", q.where());
  if (shares.is_symbolic() || shares.device() != Device::cpu()) return;  // an index out of range will tell
  for (const double share : shares.to_vector<double>()) Hyperparameters(op, q.where()).share("q", share);
}

Tensor quantiles(const char* op, const Arg& x, const Arg& q, const QuantileOptions& options, bool pass_over_nan) {
  const Called called(op);
  const Frame frame(x.where());
  check_quantile(op, x, q, options);
  const int rank = x.tensor().ndim();
  const Tensor all = options.axis ? x.tensor() : flatten(x);
  const Lines given(op, Arg(all, x.where()), options.axis.value_or(0), options.keepdims);
  const Lines lines(op, Arg(moveaxis(given.x, given.axis, -1), x.where()), -1, true);

  const Tensor shares = q.is_scalar() ? number_as(float64, op, q, x.tensor().device()) : cast(q, float64);
  const bool several = shares.ndim() == 1;
  const Tensor numbers = lines.count_numbers(), length = lines.length();
  Tensor place = (several ? shares : unsqueeze(shares, 0)) * maximum(cast(numbers, float64) - 1, 0);
  if (!pass_over_nan) place = where(less(numbers, length), length - 1, place);  // where a NaN is, sorted last
  // No share of a line, which the index says.
  const Tensor valid = logical_and(greater_equal(shares, 0), less_equal(shares, 1));
  place = where(valid, place, cast(length, float64));

  const auto [below, above, share] = between(place, options.interpolation);
  const Tensor sorted = widened(sort(lines.x).values);  // rounded once
  const auto at = [&](const Tensor& places) { return gather(sorted, -1, cast(places, int64)); };
  const Tensor lower = at(below);
  Tensor result = share.defined() ? lerp(lower, at(above), cast(share, sorted.dtype())) : lower;
  result = moveaxis(result, -1, 0);  // (q, the other axes)
  if (options.keepdims && options.axis && rank > 0) result = unsqueeze(result, given.axis + 1);
  if (options.keepdims && !options.axis)
    for (int i = 0; i < rank; ++i) result = unsqueeze(result, -1);
  return cast(several ? result : squeeze(result, 0), x.tensor().dtype());
}

}  // namespace

Tensor median(Arg x) { return median_of_all("median", x, false); }
Tensor nanmedian(Arg x) { return median_of_all("nanmedian", x, true); }
ValuesAndIndices median(Arg x, std::int64_t axis, bool keepdims) {
  return median_along("median", x, axis, keepdims, false);
}
ValuesAndIndices nanmedian(Arg x, std::int64_t axis, bool keepdims) {
  return median_along("nanmedian", x, axis, keepdims, true);
}

ValuesAndIndices mode(Arg x, std::int64_t axis, bool keepdims) {
  const Called called("mode");
  const Frame frame(x.where());
  const Lines lines("mode", x, axis, keepdims);
  const auto [values, order] = sort(lines.x.detach(), lines.axis);
  const Tensor number = cumsum(full_like(order, 1), lines.axis) - 1;
  const Tensor starts = logical_or(equal(number, 0), not_equal(values, roll(values, 1, lines.axis)));
  // How far each is from the start of its run: the longest run's last is the first to be as far as any.
  const Tensor distance = number - cummax(where(starts, number, 0), lines.axis).values;
  return lines.at(gather(order, lines.axis, argmax(distance, lines.axis, true)));
}

Tensor quantile(Arg x, Arg q, const QuantileOptions& options) { return quantiles("quantile", x, q, options, false); }
Tensor nanquantile(Arg x, Arg q, const QuantileOptions& options) {
  return quantiles("nanquantile", x, q, options, true);
}

}  // namespace triptych
