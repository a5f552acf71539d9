#include "core/metrics/confusion.h"

#include <cmath>

#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// 0, 1 / (T - 1), ..., 1, where the ends may lie a little outside.
bool evenly_spread(const std::vector<double>& thresholds) {
  if (thresholds.size() < 3) return false;
  for (std::size_t i = 0; i < thresholds.size(); ++i) {
    const double even = static_cast<double>(i) / static_cast<double>(thresholds.size() - 1);
    if (std::abs(thresholds[i] - even) > 1.01e-7 + 1e-5 * even) return false;
  }
  return true;
}

/// Sums of `values` in buckets, (T) or (T, labels).
Tensor sums_in_buckets(const Tensor& values, const Tensor& bucket, std::int64_t count) {
  if (values.ndim() == 1) return unsorted_segment_sum(values, bucket, count);
  const std::int64_t labels = values.shape()[1];
  const Tensor place = bucket + arange(0, labels) * count;
  const Tensor sums = unsorted_segment_sum(reshape(values, {-1}), reshape(place, {-1}), count * labels);
  return transpose(reshape(sums, {labels, count}));
}

/// Sums over what lies above each of `count` evenly spread thresholds: a prediction of bucket i lies above the
/// thresholds 0 to i - 1, and one of bucket 0 above the first one only if that is negative.
Tensor sums_above(const Tensor& values, const Tensor& bucket, std::int64_t count, bool first_is_below_all) {
  const Tensor from_here_on = flip(cumsum(flip(sums_in_buckets(values, bucket, count), 0), 0), 0);
  const Tensor first = slice(from_here_on, 0, first_is_below_all ? Slice{0, 1} : Slice{1, 2});
  return concat({first, slice(from_here_on, 0, Slice{2, count}), zeros_like(first)}, 0);
}

}  // namespace

ConfusionCounts confusion_counts(const Tensor& labels, const Tensor& predictions, const std::vector<double>& thresholds,
                                 const ConfusionOptions& options) {
  const auto flat = [&](const Tensor& x) { return options.multi_label ? x : reshape(x, {-1}); };
  const DType dtype = predictions.dtype();
  Tensor truth = cast(not_equal(labels, 0), dtype), falsehood = 1 - truth;
  if (options.weights.defined()) {
    const Tensor weights = cast(options.weights, dtype) * ones_like(predictions);
    truth = truth * weights;
    falsehood = falsehood * weights;
  }
  truth = flat(truth);
  falsehood = flat(falsehood);
  const Tensor scores = flat(predictions);
  const auto count = static_cast<std::int64_t>(thresholds.size());
  ConfusionCounts counts;
  if (evenly_spread(thresholds)) {
    // Thresholds i / (T - 1): a score lies above the first ceil(score (T - 1)) of them.
    const bool first_is_below_all = thresholds.front() < 0;
    const Tensor bucket = cast(ceil(clip(scores, 0, 1) * static_cast<double>(count - 1)), int64);
    counts.true_positives = sums_above(truth, bucket, count, first_is_below_all);
    counts.false_positives = sums_above(falsehood, bucket, count, first_is_below_all);
  } else {
    const Tensor bounds = cast(tensor(thresholds), dtype);
    const Tensor limit = reshape(bounds, options.multi_label ? Shape{count, 1, 1} : Shape{count, 1});
    const Tensor is_yes = cast(greater(unsqueeze(scores, 0), limit), dtype);
    counts.true_positives = sum(is_yes * unsqueeze(truth, 0), 1);
    counts.false_positives = sum(is_yes * unsqueeze(falsehood, 0), 1);
  }
  counts.false_negatives = sum(truth, 0) - counts.true_positives;
  counts.true_negatives = sum(falsehood, 0) - counts.false_positives;
  return counts;
}

Tensor confusion_matrix(const Tensor& labels, const Tensor& predictions, std::int64_t num_classes,
                        const Tensor& weights) {
  const Tensor cell = labels * num_classes + predictions;
  return reshape(unsorted_segment_sum(weights, cell, num_classes * num_classes), {num_classes, num_classes});
}

}  // namespace triptych
