// Metrics of each example's k best classes.
#include "api_lowlevel/metrics/state.h"
#include "triptych/core/ops.h"

namespace triptych::lowlevel::metrics {
namespace {

/// For each example, what is there and what was found, as ones and zeros.
struct Found {
  Tensor labels;  // (..., L), 1 where a label counts: the first of its kind
  Tensor hits;    // (..., k), 1 where the class is a label
  Tensor chosen;  // (..., k), the classes
  Tensor given;   // (..., L), the labels
};

[[noreturn]] void refuse(const char* metric, const char* what, const std::string& given, const char* hint,
                         const Arg& at) {
  throw ArgumentError(metric, what, given, hint, at.where());
}

Found find(const char* metric, const Arg& labels, const Arg& predictions_idx) {
  for (const Arg* classes : {&labels, &predictions_idx})
    if (is_floating(classes->tensor().dtype()) || classes->tensor().dtype() == boolean)
      refuse(metric, "classes are not integers", std::string(dtype_name(classes->tensor().dtype())), "", *classes);
  const Tensor chosen = cast(predictions_idx.tensor(), int64);
  Tensor given = cast(labels.tensor(), int64);
  if (given.ndim() == chosen.ndim() - 1) given = unsqueeze(given, -1);
  if (chosen.ndim() < 1 || given.ndim() != chosen.ndim())
    refuse(metric, "the ranks of labels and predictions do not fit",
           labels.tensor().shape().text() + " and " + predictions_idx.tensor().shape().text(),
           "Labels are (..., number of labels) or (...), predictions (..., number of classes)", labels);
  const Tensor hits = cast(any(equal(unsqueeze(chosen, -1), unsqueeze(given, -2)), -1), float32);
  // A label counts where none before it is the same: the lower triangle of who equals whom has no more than itself.
  const Tensor same = cast(equal(unsqueeze(given, -1), unsqueeze(given, -2)), float32);
  const Tensor first = cast(less(sum(tril(same), -1), 1.5), float32);
  return {first, hits, chosen, given};
}

/// The variables "true_positive_at_3" and "false_..." of a quotient, of one class or of all.
Metric share_at_k(const char* metric, const char* wrong, bool of_labels, const Arg& labels, const Arg& predictions_idx,
                  std::int64_t k, const AtTopKOptions& options) {
  if (options.class_id < -1)
    refuse(metric, "class_id is negative", std::to_string(options.class_id), "-1 stands for all", labels);
  const std::string at = "_at_" + std::to_string(k);
  std::string name = options.name;
  if (name.empty())
    name = std::string(of_labels ? "recall" : "precision") + at +
           (options.class_id < 0 ? "" : "_class" + std::to_string(options.class_id));
  MetricScope scope(metric, labels, {&predictions_idx}, name);
  const Found found = find(metric, labels, predictions_idx);
  Tensor right, all;
  if (options.class_id < 0) {
    right = sum(found.hits, -1);
    all = of_labels ? sum(found.labels, -1) : sum(ones_like(found.hits), -1);
  } else {
    const Tensor labelled = cast(any(equal(found.given, options.class_id), -1), float32),
                 chosen = cast(any(equal(found.chosen, options.class_id), -1), float32);
    right = labelled * chosen;
    all = of_labels ? labelled : chosen;
  }
  const Tensor weights = weights_for(options.weights, right, scope.where());
  const auto summed = [&](const std::string& variable, const Tensor& batch) {
    const Variable now = scope.local(variable.c_str(), {});
    return std::pair<Tensor, Tensor>(now, now.assign_add(sum(batch * weights)));
  };
  const auto [right_now, right_next] = summed("true_positive" + at, right);
  const auto [wrong_now, wrong_next] = summed(wrong + at, all - right);
  return scope.finish(divide_no_nan(right_now, right_now + wrong_now),
                      divide_no_nan(right_next, right_next + wrong_next), options.metrics_collections,
                      options.updates_collections);
}

/// The k best classes, (..., k).
Tensor best(const char* metric, const Arg& predictions, std::int64_t k) {
  const Tensor& scores = predictions.tensor();
  if (!scores.defined()) return scores;  // told as each metric tells it
  if (scores.ndim() < 1)
    refuse(metric, "predictions have no dimension of classes", scores.shape().text(), "", predictions);
  const Dim classes = scores.shape().dim(-1);
  if (k < 1 || (classes.known() && k > classes.raw()))
    refuse(metric, "k is not between 1 and the number of classes",
           std::to_string(k) + " for predictions " + scores.shape().text(), "", predictions);
  return topk(predictions, k).indices;
}

AtTopKOptions with_k(std::int64_t k, const AtKOptions& options) {
  return {.k = k,
          .class_id = options.class_id,
          .weights = options.weights,
          .metrics_collections = options.metrics_collections,
          .updates_collections = options.updates_collections,
          .name = options.name};
}

std::int64_t columns(const Arg& predictions_idx) {
  const Tensor& chosen = predictions_idx.tensor();
  return chosen.defined() && chosen.ndim() > 0 && chosen.shape().dim(-1).known() ? chosen.shape().dim(-1).raw() : 0;
}

}  // namespace

Metric recall_at_top_k(const Arg& labels, const Arg& predictions_idx, const AtTopKOptions& options) {
  return share_at_k("recall_at_k", "false_negative", true, labels, predictions_idx,
                    options.k < 0 ? columns(predictions_idx) : options.k, options);
}

Metric precision_at_top_k(const Arg& labels, const Arg& predictions_idx, const AtTopKOptions& options) {
  return share_at_k("precision_at_k", "false_positive", false, labels, predictions_idx,
                    options.k < 0 ? columns(predictions_idx) : options.k, options);
}

Metric recall_at_k(const Arg& labels, const Arg& predictions, std::int64_t k, const AtKOptions& options) {
  const Tensor chosen = best("recall_at_k", predictions, k);
  return recall_at_top_k(labels, Arg(chosen, predictions.where()), with_k(k, options));
}

Metric precision_at_k(const Arg& labels, const Arg& predictions, std::int64_t k, const AtKOptions& options) {
  const Tensor chosen = best("precision_at_k", predictions, k);
  return precision_at_top_k(labels, Arg(chosen, predictions.where()), with_k(k, options));
}

Metric average_precision_at_k(const Arg& labels, const Arg& predictions, std::int64_t k, const MetricOptions& options) {
  const std::string name =
      options.name.empty() ? "average_precision_at_" + std::to_string(k) : std::string(options.name);
  const Tensor chosen = best("average_precision_at_k", predictions, k);
  MetricScope scope("average_precision_at_k", labels, {&predictions}, name);
  const Found found = find("average_precision_at_k", labels, Arg(chosen, predictions.where()));
  const Tensor place = cumsum(ones_like(found.hits), -1), precision = cumsum(found.hits, -1) / place;
  // All labels count here, those that are there twice too, as in TensorFlow.
  const Tensor possible = minimum(sum(ones_like(found.labels), -1), static_cast<double>(k));
  const Tensor average = divide_no_nan(sum(precision * found.hits, -1), possible);
  const Tensor counts = weights_for(options.weights, average, scope.where());
  const Variable total = scope.local("total", {}), count = scope.local("max", {});
  const Tensor update = divide_no_nan(total.assign_add(sum(average * counts)), count.assign_add(sum(counts)));
  return scope.finish(divide_no_nan(total, count), update, options);
}

}  // namespace triptych::lowlevel::metrics
