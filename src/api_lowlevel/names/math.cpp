// tf.math: what is more than another order of arguments.
#include "triptych/lowlevel/names/math.h"

#include <limits>
#include <string>

#include "triptych/core/op.h"

namespace triptych::lowlevel::math {
namespace {

Tensor turned(const Tensor& x, std::int64_t axis, bool turn) { return turn ? flip(x, axis) : x; }

/// What a scan gives before each element instead of behind it: `start` comes first, the last result is dropped.
Tensor before_each(const Tensor& scanned, std::int64_t axis, Scalar start) {
  std::vector<std::pair<std::int64_t, std::int64_t>> room(static_cast<std::size_t>(scanned.ndim()));
  room[static_cast<std::size_t>(axis)] = {1, 0};
  return slice(pad(scanned, room, start), axis, {0, -1});
}

template <class Scan>
Tensor scanned(const char* op, const Arg& x, std::int64_t axis, bool exclusive, bool reverse, Scalar start, Scan scan) {
  const Frame frame(x.where());
  const int at = normalize_axis(op, axis, x.tensor().ndim(x.where()), x.where());
  const Tensor sums = scan(turned(x.tensor(), at, reverse), at);
  return turned(exclusive ? before_each(sums, at, start) : sums, at, reverse);
}

/// Whether all differences of neighbours are as `good` says.
template <class Good>
Tensor all_steps(const Arg& x, Good good) {
  const Frame frame(x.where());
  const Tensor line = flatten(x);
  return all(good(slice(line, 0, {1, none}), slice(line, 0, {0, -1})));
}

}  // namespace

Tensor polyval(const std::vector<Tensor>& coeffs, const Arg& x) {
  const Frame frame(x.where());
  if (coeffs.empty()) return zeros_like(x);
  Tensor value = coeffs[0] + zeros_like(x);
  for (std::size_t i = 1; i < coeffs.size(); ++i) value = mul(value, x) + coeffs[i];
  return value;
}

Tensor lbeta(const Arg& x) {
  const Frame frame(x.where());
  return sum(triptych::lgamma(x), -1) - triptych::lgamma(sum(x, -1));
}

Tensor is_strictly_increasing(const Arg& x) {
  return all_steps(x, [](const Tensor& next, const Tensor& last) { return triptych::greater(next, last); });
}
Tensor is_non_decreasing(const Arg& x) {
  return all_steps(x, [](const Tensor& next, const Tensor& last) { return triptych::greater_equal(next, last); });
}

Tensor cumsum(const Arg& x, std::int64_t axis, bool exclusive, bool reverse) {
  return scanned("cumsum", x, axis, exclusive, reverse, 0,
                 [](const Tensor& t, int at) { return triptych::cumsum(t, at); });
}
Tensor cumprod(const Arg& x, std::int64_t axis, bool exclusive, bool reverse) {
  return scanned("cumprod", x, axis, exclusive, reverse, 1,
                 [](const Tensor& t, int at) { return triptych::cumprod(t, at); });
}
Tensor cumulative_logsumexp(const Arg& x, std::int64_t axis, bool exclusive, bool reverse) {
  return scanned("cumulative_logsumexp", x, axis, exclusive, reverse, -std::numeric_limits<double>::infinity(),
                 [](const Tensor& t, int at) { return logcumsumexp(t, at); });
}

Tensor bincount(const Arg& arr, const Tensor& weights, std::int64_t minlength, std::optional<std::int64_t> maxlength) {
  const Frame frame(arr.where());
  if (maxlength && *maxlength < 0)
    throw ArgumentError("bincount", "maxlength is negative", std::to_string(*maxlength), "", arr.where());
  const Tensor counts =
      triptych::bincount(Arg(flatten(arr), arr.where()),
                         {.weights = weights.defined() ? flatten(weights) : Tensor(), .minlength = minlength});
  return maxlength ? slice(counts, 0, {0, *maxlength}) : counts;
}

Tensor confusion_matrix(const Arg& labels, const Arg& predictions, std::optional<std::int64_t> num_classes,
                        const Tensor& weights, DType dtype) {
  const Frame frame(labels.where());
  const Tensor rows = flatten(cast(labels, int64)), columns = flatten(cast(predictions, int64));
  std::int64_t classes = 0;
  if (num_classes) {
    classes = *num_classes;
    if (classes < 1)
      throw ArgumentError("confusion_matrix", "num_classes is not positive", std::to_string(classes), "",
                          labels.where());
  } else {
    const Tensor most = triptych::maximum(max(rows), max(columns));
    if (most.is_symbolic())
      throw ArgumentError("confusion_matrix", "the number of classes is not known", "labels of a graph",
                          "Give num_classes", labels.where());
    classes = most.item<std::int64_t>(labels.where()) + 1;
  }
  const Tensor counts = weights.defined() ? cast(flatten(weights), dtype) : cast(ones_like(rows), dtype);
  return scatter_nd(stack({rows, columns}, 1), counts, {classes, classes});
}

Tensor invert_permutation(const Arg& x) {
  const Frame frame(x.where());
  if (const Tensor& given = x.tensor(); given.ndim(x.where()) != 1)
    throw ArgumentError("invert_permutation", "x is not a vector", given.shape().text(), "", x.where());
  return cast(argsort(x), x.tensor().dtype());
}

}  // namespace triptych::lowlevel::math
