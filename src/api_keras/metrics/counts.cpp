#include "api_keras/metrics/counts.h"

#include "api_keras/training/targets.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/ops.h"
#include "triptych/keras/losses/loss.h"

namespace triptych::keras {
namespace {

/// The k best scores of each example stay.
Tensor best(const Tensor& scores, std::int64_t k) {
  const Tensor least = min(topk(scores, k, -1).values, -1, true);
  return where(greater_equal(scores, least), scores, lowest_score);
}

Tensor column(const Tensor& x, std::int64_t number) { return unsqueeze(select(x, -1, number), -1); }

}  // namespace

ConfusionCounts counts_of(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight,
                          const std::vector<double>& thresholds, const AnswerOptions& options) {
  const Tensor scores = is_floating(y_pred.dtype()) ? y_pred : cast(y_pred, float32);
  auto [y, p] = detail::to_same_rank(cast(y_true, scores.dtype()), scores);
  y = same_rank(y, p);
  if (options.top_k) p = best(p, *options.top_k);
  if (options.class_id) {
    if (p.ndim() < 2)
      throw ArgumentError("metric", "class_id is given, and predictions have no axis of classes",
                          "y_pred is " + y_pred.shape().text());
    y = column(y, *options.class_id);
    p = column(p, *options.class_id);
  }
  Tensor weights;
  if (sample_weight.defined()) {
    weights = cast(sample_weight, p.dtype());
    while (weights.ndim() < p.ndim()) weights = unsqueeze(weights, -1);
    if (weights.ndim() == p.ndim() + 1) weights = squeeze(weights, -1);
    weights = expand_like(weights, p);
  }
  const DeviceScope here(p.device());
  if (!options.label_weights.empty()) {
    const Tensor of_labels = expand_like(cast(tensor(options.label_weights), p.dtype()), p);
    weights = weights.defined() ? weights * of_labels : of_labels;
  }
  ConfusionCounts counts = confusion_counts(y, p, thresholds, {.multi_label = options.multi_label, .weights = weights});
  for (Tensor* count :
       {&counts.true_positives, &counts.false_positives, &counts.true_negatives, &counts.false_negatives})
    *count = cast(*count, float64);
  return counts;
}

Tensor share(const Tensor& a, const Tensor& b) {
  const Tensor is_zero = equal(b, 0);
  return where(is_zero, zeros_like(a), a / where(is_zero, ones_like(b), b));
}

std::vector<double> spread(std::int64_t count) {
  if (count == 1) return {0.5};
  make_tensor({count},
              float64);  // the error of a tensor, if there is no memory; an op would be a node where a graph is built
  std::vector<double> thresholds(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i)
    thresholds[static_cast<std::size_t>(i)] = static_cast<double>(i) / static_cast<double>(count - 1);
  return thresholds;
}

}  // namespace triptych::keras
