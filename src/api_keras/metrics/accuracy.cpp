#include "triptych/keras/metrics/accuracy.h"

#include "api_keras/metrics/accuracies.h"
#include "api_keras/metrics/mean_of.h"
#include "api_keras/metrics/registered.h"
#include "api_keras/training/targets.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

constexpr auto up = MetricBase::Direction::up;

Tensor as_numbers(const Tensor& is_right) { return cast(is_right, float32); }

Tensor equality(const Tensor& y_true, const Tensor& y_pred) {
  return as_numbers(equal(same_rank(y_true, y_pred), y_pred));
}
Tensor binary(const Tensor& y_true, const Tensor& y_pred, double threshold) {
  return as_numbers(equal(same_rank(y_true, y_pred), cast(greater(y_pred, threshold), y_pred.dtype())));
}

/// The most probable class of each example.
Tensor best_class(const Tensor& scores) {
  if (scores.ndim() > 0 && scores.shape().dim(-1).raw() == 0)
    throw ArgumentError("accuracy", "targets or predictions have no class",
                        "a tensor of shape " + scores.shape().text());
  return argmax(scores, -1);
}
Tensor sparse(const Tensor& y_true, const Tensor& y_pred) {
  return as_numbers(equal(class_numbers(y_true, y_pred), best_class(y_pred)));
}
Tensor categorical(const Tensor& y_true, const Tensor& y_pred) {
  return as_numbers(equal(best_class(same_rank(y_true, y_pred)), best_class(y_pred)));
}

/// Whether less than k classes have a better score than the true one.
Tensor among_best(const Tensor& labels, const Tensor& scores, std::int64_t k) {
  const Tensor own = gather(scores, -1, unsqueeze(labels, -1));
  return as_numbers(less(sum(cast(greater(scores, own), int64), -1), k));
}
Tensor sparse_top_k(const Tensor& y_true, const Tensor& y_pred, std::int64_t k, bool from_sorted_ids) {
  const Tensor labels = class_numbers(y_true, y_pred);
  if (!from_sorted_ids) return among_best(labels, y_pred, k);
  const Tensor first = slice(y_pred, -1, Slice{0, k});
  return as_numbers(any(equal(cast(unsqueeze(labels, -1), y_pred.dtype()), first), -1));
}
Tensor top_k(const Tensor& y_true, const Tensor& y_pred, std::int64_t k) {
  return among_best(best_class(same_rank(y_true, y_pred)), y_pred, k);
}

Tensor by_shape(const Tensor& y_true, const Tensor& y_pred) {
  const Dim classes = y_pred.shape().dim(-1);
  const bool last_is_one = y_true.ndim() > 0 && y_true.shape().dim(-1).raw() == 1;
  if (classes.raw() == 1) return binary(y_true, y_pred, 0.5);
  if (y_true.ndim() < y_pred.ndim() || last_is_one) return sparse(y_true, y_pred);
  return categorical(y_true, y_pred);
}

void check_k(const char* metric, std::int64_t k, Location where) {
  if (k < 1) throw ArgumentError(metric, "k is below 1", std::to_string(k), "", where);
}

template <class Rule>
Tensor values_of(const Rule& rule, const Tensor& y_true, const Tensor& y_pred, Location where) {
  const Frame frame(where);
  check_targets("metric", y_true, y_pred);
  return rule(y_true, y_pred);
}

}  // namespace

Metric accuracy_by_shape(const std::string& name) { return mean_of(name, up, by_shape); }

namespace metrics {

Metric Accuracy(MetricOptions options) {
  return known_as("Accuracy", options, mean_of(given_name(options.name, "accuracy"), up, equality));
}
Metric BinaryAccuracy(BinaryAccuracyOptions options, Location where) {
  Hyperparameters("BinaryAccuracy", where).finite("threshold", options.threshold);
  return known_as("BinaryAccuracy", options,
                  mean_of(options.name, up, [threshold = options.threshold](const Tensor& y, const Tensor& p) {
                    return binary(y, p, threshold);
                  }));
}
Metric CategoricalAccuracy(MetricOptions options) {
  return known_as("CategoricalAccuracy", options,
                  mean_of(given_name(options.name, "categorical_accuracy"), up, categorical));
}
Metric SparseCategoricalAccuracy(MetricOptions options) {
  return known_as("SparseCategoricalAccuracy", options,
                  mean_of(given_name(options.name, "sparse_categorical_accuracy"), up, sparse));
}
Metric TopKCategoricalAccuracy(TopKCategoricalAccuracyOptions options, Location where) {
  check_k("TopKCategoricalAccuracy", options.k, where);
  return known_as(
      "TopKCategoricalAccuracy", options,
      mean_of(options.name, up, [k = options.k](const Tensor& y, const Tensor& p) { return top_k(y, p, k); }));
}
Metric SparseTopKCategoricalAccuracy(SparseTopKCategoricalAccuracyOptions options, Location where) {
  check_k("SparseTopKCategoricalAccuracy", options.k, where);
  return known_as(
      "SparseTopKCategoricalAccuracy", options,
      mean_of(options.name, up, [k = options.k, sorted = options.from_sorted_ids](const Tensor& y, const Tensor& p) {
        return sparse_top_k(y, p, k, sorted);
      }));
}

Tensor binary_accuracy(const Tensor& y_true, const Tensor& y_pred, double threshold, Location where) {
  Hyperparameters("binary_accuracy", where).finite("threshold", threshold);
  return values_of([&](const Tensor& y, const Tensor& p) { return binary(y, p, threshold); }, y_true, y_pred, where);
}
Tensor categorical_accuracy(const Tensor& y_true, const Tensor& y_pred, Location where) {
  return values_of(categorical, y_true, y_pred, where);
}
Tensor sparse_categorical_accuracy(const Tensor& y_true, const Tensor& y_pred, Location where) {
  return values_of(sparse, y_true, y_pred, where);
}
Tensor top_k_categorical_accuracy(const Tensor& y_true, const Tensor& y_pred, std::int64_t k, Location where) {
  check_k("top_k_categorical_accuracy", k, where);
  return values_of([&](const Tensor& y, const Tensor& p) { return top_k(y, p, k); }, y_true, y_pred, where);
}
Tensor sparse_top_k_categorical_accuracy(const Tensor& y_true, const Tensor& y_pred, std::int64_t k,
                                         bool from_sorted_ids, Location where) {
  check_k("sparse_top_k_categorical_accuracy", k, where);
  return values_of([&](const Tensor& y, const Tensor& p) { return sparse_top_k(y, p, k, from_sorted_ids); }, y_true,
                   y_pred, where);
}

}  // namespace metrics
}  // namespace triptych::keras
