// Extremes with their places, and other words for reductions that are there.
#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// The element that `place` names in each line.
ValuesAndIndices at_places(const Tensor& x, const Tensor& places, std::int64_t axis, bool keepdims) {
  const Tensor values = gather(x, axis, places);
  if (keepdims) return {values, places};
  return {squeeze(values, axis), squeeze(places, axis)};
}

ValuesAndIndices extreme_with_place(const char* op, const Arg& x, std::int64_t axis, bool keepdims,
                                    Tensor (*find)(Arg x, std::int64_t axis, bool keepdims)) {
  const Called called(op);
  const Frame frame(x.where());
  const bool scalar = operand(op, x).ndim() == 0;
  const std::int64_t at = normalize_axis(op, axis, scalar ? 1 : x.tensor().ndim(), x.where());
  const Tensor lines = scalar ? unsqueeze(x, 0) : x.tensor();
  return at_places(lines, find(lines, at, true), at, keepdims && !scalar);
}

}  // namespace

Tensor amax(Arg x) { return max(std::move(x)); }
Tensor amax(Arg x, const Axes& axes, bool keepdims) { return max(std::move(x), axes, keepdims); }
Tensor amin(Arg x) { return min(std::move(x)); }
Tensor amin(Arg x, const Axes& axes, bool keepdims) { return min(std::move(x), axes, keepdims); }

MinMax aminmax(Arg x, std::optional<std::int64_t> axis, bool keepdims) {
  const Called called("aminmax");
  if (axis && operand("aminmax", x).ndim() > 0) return {min(x, *axis, keepdims), max(x, *axis, keepdims)};
  if (axis) normalize_axis("aminmax", *axis, 1, x.where());
  if (!keepdims) return {min(x), max(x)};
  Axes all;
  for (int i = 0; i < operand("aminmax", x).ndim(); ++i) all.append(i);
  return {min(x, all, true), max(x, all, true)};
}

Tensor ptp(Arg x) {
  const Called called("ptp");
  const Frame frame(x.where());
  return max(x) - min(x);
}
Tensor ptp(Arg x, const Axes& axes, bool keepdims) {
  const Called called("ptp");
  const Frame frame(x.where());
  return max(x, axes, keepdims) - min(x, axes, keepdims);
}

ValuesAndIndices max_with_indices(Arg x, std::int64_t axis, bool keepdims) {
  return extreme_with_place("max_with_indices", x, axis, keepdims, argmax);
}
ValuesAndIndices min_with_indices(Arg x, std::int64_t axis, bool keepdims) {
  return extreme_with_place("min_with_indices", x, axis, keepdims, argmin);
}

VarMean var_mean(Arg x) {
  const Called called("var_mean");
  return {var(x), mean(x)};
}
VarMean var_mean(Arg x, const Axes& axes, VarOptions options) {
  const Called called("var_mean");
  return {var(x, axes, options), mean(x, axes, options.keepdims)};
}
StdMean std_mean(Arg x) {
  const Called called("std_mean");
  return {std(x), mean(x)};
}
StdMean std_mean(Arg x, const Axes& axes, VarOptions options) {
  const Called called("std_mean");
  return {std(x, axes, options), mean(x, axes, options.keepdims)};
}

Tensor reduce_euclidean_norm(Arg x) {
  const Called called("reduce_euclidean_norm");
  return norm(std::move(x));
}
Tensor reduce_euclidean_norm(Arg x, const Axes& axes, bool keepdims) {
  const Called called("reduce_euclidean_norm");
  return norm(std::move(x), axes, keepdims);
}

}  // namespace triptych
