// histc and histogram: elements counted by ranges.
#include <cmath>
#include <limits>

#include "core/ops/ops.h"
#include "core/support/checked.h"
#include "core/support/error_context.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/device.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// The ends of the bins, as 0-d tensors of the elements' dtype.
struct Ends {
  Tensor low, high;
};

Ends given_ends(const char* op, double low, double high, DType dtype, Location where) {
  if (!std::isfinite(low) || !std::isfinite(high) || low > high)
    throw ArgumentError(op, "the range is not finite, or turned round", number_text(low) + " to " + number_text(high),
                        "", where);
  return {full({}, low, dtype), full({}, high, dtype)};
}

/// The smallest and the largest element, 0 and 0 if there is none.
Ends ends_of(const Tensor& elements) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Tensor low = min(concat({elements, full({1}, infinity, elements.dtype())}, 0));
  const Tensor high = max(concat({elements, full({1}, -infinity, elements.dtype())}, 0));
  const Tensor nothing = greater(low, high);
  return {where(nothing, 0, low), where(nothing, 0, high)};
}

/// Not one point: with `margin` on both sides if it is.
Ends widened_ends(const Ends& ends, double margin) {
  const Tensor point = equal(ends.low, ends.high);
  return {where(point, ends.low - margin, ends.low), where(point, ends.high + margin, ends.high)};
}

void check_bins(const char* op, std::int64_t bins, Location where) {
  if (bins < 1) throw ArgumentError(op, "the number of bins is not positive", std::to_string(bins), "", where);
}

/// x's elements, which must be floating, without their history; 16-bit ones as float32.
Tensor elements_of(const char* op, const Arg& x) {
  const DType dtype = operand(op, x).dtype();
  if (!is_floating(dtype))
    throw ArgumentError(op, "the elements are not floating", std::string(dtype_name(dtype)), "Convert them with cast",
                        x.where());
  return widened(flatten(x)).detach();
}

Tensor between(const Tensor& elements, const Ends& ends) {
  return logical_and(greater_equal(elements, ends.low), less_equal(elements, ends.high));
}

/// What falls into each of the bins, which `bins` has the shape of.
Tensor counted(const Tensor& bins, const Tensor& places, const Tensor& shares) {
  return scatter_add(zeros_like(bins), 0, places, shares);
}

Histogram count_between(const Arg& x, const Tensor& elements, const Tensor& edges, const HistogramOptions& options) {
  const Ends ends{select(edges, 0, 0), select(edges, 0, -1)};
  Tensor shares = cast(between(elements, ends), elements.dtype());
  if (options.weight.defined()) {
    if (!options.weight.shape().compatible(x.tensor().shape()))
      throw ArgumentError("histogram", "weight and x differ in shape",
                          options.weight.shape().text() + " and " + x.tensor().shape().text(), "", x.where());
    shares = shares * cast(flatten(options.weight).detach(), elements.dtype());
  }
  const Tensor places = searchsorted(slice(edges, 0, {1, -1}), elements, {.right = true});
  Tensor hist = counted(slice(edges, 0, {1, none}), places, shares);
  if (options.density) hist = hist / (sum(hist) * (slice(edges, 0, {1, none}) - slice(edges, 0, {0, -1})));
  return {cast(hist, x.tensor().dtype()), cast(edges, x.tensor().dtype())};
}

}  // namespace

Tensor histc(Arg x, std::int64_t bins, double min, double max) {
  const Called called("histc");
  const Frame frame(x.where());
  check_bins("histc", bins, x.where());
  const Tensor elements = elements_of("histc", x);
  const DeviceScope on(elements.device());
  Ends ends = given_ends("histc", min, max, elements.dtype(), x.where());
  if (min == max) ends = widened_ends(ends_of(elements), 1);
  const Tensor inside = between(elements, ends);
  const Tensor distance = where(inside, elements - ends.low, 0);
  const Tensor places = minimum(cast(distance * bins / (ends.high - ends.low), int64), bins - 1);
  const Tensor counts = counted(zeros({bins}, elements.dtype()), places, cast(inside, elements.dtype()));
  return cast(counts, x.tensor().dtype());
}

Histogram histogram(Arg x, std::int64_t bins, HistogramOptions options) {
  const Called called("histogram");
  const Frame frame(x.where());
  check_bins("histogram", bins, x.where());
  const Tensor elements = elements_of("histogram", x);
  const DeviceScope on(elements.device());
  const auto given = [&] {
    return given_ends("histogram", options.range->first, options.range->second, elements.dtype(), x.where());
  };
  const auto [low, high] = widened_ends(options.range ? given() : ends_of(elements), 0.5);
  // From both ends, so that these are exact.
  const Tensor number =
      linspace(0, static_cast<double>(bins), checked_add(bins, 1, "the number of edges", x.where()), elements.dtype());
  const Tensor apart = (high - low) / bins;
  const Tensor edges = where(less(number, static_cast<double>(bins) / 2), low + apart * number,
                             high - apart * (static_cast<double>(bins) - number));
  return count_between(x, elements, edges, options);
}

Histogram histogram(Arg x, Arg bin_edges, HistogramOptions options) {
  const Called called("histogram");
  const Frame frame(x.where());
  const Tensor elements = elements_of("histogram", x);
  const Tensor& edges = operand("histogram", bin_edges);
  if (edges.ndim() != 1 || (edges.shape().dim(0).known() && edges.shape().dim(0).raw() < 2))
    throw ArgumentError("histogram", "the edges are not a vector of two or more", "shape " + edges.shape().text(), "",
                        bin_edges.where());
  return count_between(x, elements, cast(edges, elements.dtype()).detach(), options);
}

}  // namespace triptych
