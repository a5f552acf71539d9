// Metrics of right and wrong answers: yes or no, at thresholds, or one of several classes.
#include <algorithm>

#include "api_lowlevel/metrics/state.h"
#include "core/metrics/confusion.h"
#include "triptych/lowlevel/checks.h"

namespace triptych::lowlevel::metrics {
namespace {

using Counts = Tensor ConfusionCounts::*;

/// The variable that sums up one of the counts, and the sum with a batch.
struct Sum {
  Sum(MetricScope& scope, const char* name, const Tensor& batch)
      : now(scope.local(name, batch.shape(), batch.dtype())), next(now.assign_add(batch)) {}
  Variable now;
  Tensor next;
};

/// Of one answer for each example: the counts have no dimensions.
ConfusionCounts plain_counts(const Arg& labels, const Arg& predictions, const Tensor& weights) {
  const Tensor truth = not_equal(labels.tensor(), 0), yes = not_equal(predictions.tensor(), 0);
  const Tensor counts = weights_for(weights, cast(yes, float32) + cast(truth, float32), labels.where());
  const auto count = [&](const Tensor& a, const Tensor& b) { return sum(cast(logical_and(a, b), float32) * counts); };
  const Tensor no = logical_not(yes), falsehood = logical_not(truth);
  return {count(truth, yes), count(falsehood, yes), count(falsehood, no), count(truth, no)};
}

ConfusionCounts threshold_counts(const char* metric, const Arg& labels, const Arg& predictions,
                                 const std::vector<double>& thresholds, const Tensor& weights) {
  if (thresholds.empty())
    throw ArgumentError(metric, "there is no threshold", "an empty list", "", predictions.where());
  return confusion_counts(labels.tensor(), in_float(predictions), thresholds, {.weights = weights});
}

Metric count_metric(const char* metric, Counts which, const Arg& labels, const Arg& predictions,
                    const MetricOptions& options) {
  MetricScope scope(metric, labels, {&predictions}, options.name);
  const auto [truth, answer] = scope.pair(labels, predictions);
  const Sum state(scope, "count",
                  plain_counts(Arg(truth, labels.where()), Arg(answer, predictions.where()), options.weights).*which);
  return scope.finish(identity(state.now), state.next, options);
}

Metric count_metric(const char* metric, const char* variable, Counts which, const Arg& labels, const Arg& predictions,
                    const std::vector<double>& thresholds, const MetricOptions& options) {
  MetricScope scope(metric, labels, {&predictions}, options.name);
  const auto [truth, answer] = scope.pair(labels, predictions);
  const Sum state(scope, variable,
                  threshold_counts(metric, Arg(truth, labels.where()), Arg(answer, predictions.where()), thresholds,
                                   options.weights).*
                      which);
  return scope.finish(identity(state.now), state.next, options);
}

/// right / (right + wrong), as TensorFlow keeps it from dividing by nothing.
Metric share_metric(const char* metric, Counts wrong, const char* wrong_name, const Arg& labels, const Arg& predictions,
                    const MetricOptions& options) {
  MetricScope scope(metric, labels, {&predictions}, options.name);
  const auto [truth, answer] = scope.pair(labels, predictions);
  const ConfusionCounts counts =
      plain_counts(Arg(truth, labels.where()), Arg(answer, predictions.where()), options.weights);
  const Sum right(scope, "true_positives", counts.true_positives), other(scope, wrong_name, counts.*wrong);
  return scope.finish(divide_no_nan(right.now, right.now + other.now),
                      divide_no_nan(right.next, right.next + other.next), options);
}

Metric share_metric(const char* metric, Counts wrong, const char* wrong_name, const Arg& labels, const Arg& predictions,
                    const std::vector<double>& thresholds, const MetricOptions& options) {
  constexpr double epsilon = 1e-7;
  MetricScope scope(metric, labels, {&predictions}, options.name);
  const auto [truth, answer] = scope.pair(labels, predictions);
  const ConfusionCounts counts = threshold_counts(metric, Arg(truth, labels.where()), Arg(answer, predictions.where()),
                                                  thresholds, options.weights);
  const Sum right(scope, "true_positives", counts.true_positives), other(scope, wrong_name, counts.*wrong);
  return scope.finish(right.now / (right.now + other.now + epsilon), right.next / (right.next + other.next + epsilon),
                      options);
}

constexpr Counts tp = &ConfusionCounts::true_positives, fp = &ConfusionCounts::false_positives,
                 tn = &ConfusionCounts::true_negatives, fn = &ConfusionCounts::false_negatives;

/// Integers, checked when they run.
Tensor classes(const char* metric, const Arg& x, std::int64_t num_classes) {
  if (is_floating(x.tensor().dtype()))
    throw ArgumentError(metric, "classes are not integers", std::string(dtype_name(x.tensor().dtype())),
                        "Take argmax of scores", x.where());
  const Tensor numbers = reshape(cast(x.tensor(), int64), {-1});
  const Tensor inside = logical_and(greater_equal(numbers, 0), less(numbers, num_classes));
  const Tensor check = Assert(all(inside), {numbers}, 3, x.where());
  if (!check.defined() || !check.is_symbolic()) return numbers;
  const ControlDependencies after(graph_of(check), check, x.where());
  return identity(numbers);
}

/// The matrix that all batches add up to.
Sum confusion(MetricScope& scope, const char* metric, const char* variable, const Arg& labels, const Arg& predictions,
              std::int64_t num_classes, const Tensor& weights) {
  constexpr std::int64_t most = 1 << 15;
  if (num_classes < 1 || num_classes > most)
    throw ArgumentError(metric, "num_classes is not between 1 and 32768", std::to_string(num_classes), "",
                        labels.where());
  const Tensor truth = classes(metric, labels, num_classes), answer = classes(metric, predictions, num_classes);
  const Tensor ones = cast(ones_like(truth), float64);
  const Tensor counts =
      weights.defined() ? reshape(cast(weights, float64) * reshape_like(ones, labels.tensor()), {-1}) : ones;
  return {scope, variable, triptych::confusion_matrix(truth, answer, num_classes, counts)};
}

}  // namespace

Metric true_positives(const Arg& labels, const Arg& predictions, const MetricOptions& options) {
  return count_metric("true_positives", tp, labels, predictions, options);
}
Metric false_positives(const Arg& labels, const Arg& predictions, const MetricOptions& options) {
  return count_metric("false_positives", fp, labels, predictions, options);
}
Metric true_negatives(const Arg& labels, const Arg& predictions, const MetricOptions& options) {
  return count_metric("true_negatives", tn, labels, predictions, options);
}
Metric false_negatives(const Arg& labels, const Arg& predictions, const MetricOptions& options) {
  return count_metric("false_negatives", fn, labels, predictions, options);
}
Metric precision(const Arg& labels, const Arg& predictions, const MetricOptions& options) {
  return share_metric("precision", fp, "false_positives", labels, predictions, options);
}
Metric recall(const Arg& labels, const Arg& predictions, const MetricOptions& options) {
  return share_metric("recall", fn, "false_negatives", labels, predictions, options);
}

Metric true_positives_at_thresholds(const Arg& labels, const Arg& predictions, const std::vector<double>& thresholds,
                                    const MetricOptions& options) {
  return count_metric("true_positives_at_thresholds", "true_positives", tp, labels, predictions, thresholds, options);
}
Metric false_positives_at_thresholds(const Arg& labels, const Arg& predictions, const std::vector<double>& thresholds,
                                     const MetricOptions& options) {
  return count_metric("false_positives_at_thresholds", "false_positives", fp, labels, predictions, thresholds, options);
}
Metric true_negatives_at_thresholds(const Arg& labels, const Arg& predictions, const std::vector<double>& thresholds,
                                    const MetricOptions& options) {
  return count_metric("true_negatives_at_thresholds", "true_negatives", tn, labels, predictions, thresholds, options);
}
Metric false_negatives_at_thresholds(const Arg& labels, const Arg& predictions, const std::vector<double>& thresholds,
                                     const MetricOptions& options) {
  return count_metric("false_negatives_at_thresholds", "false_negatives", fn, labels, predictions, thresholds, options);
}
Metric precision_at_thresholds(const Arg& labels, const Arg& predictions, const std::vector<double>& thresholds,
                               const MetricOptions& options) {
  return share_metric("precision_at_thresholds", fp, "false_positives", labels, predictions, thresholds, options);
}
Metric recall_at_thresholds(const Arg& labels, const Arg& predictions, const std::vector<double>& thresholds,
                            const MetricOptions& options) {
  return share_metric("recall_at_thresholds", fn, "false_negatives", labels, predictions, thresholds, options);
}

namespace {

struct AucCounts {
  Tensor tp, fp, tn, fn;  // (T)
};

Tensor above(const Tensor& x) { return slice(x, 0, Slice{0, x.shape()[0] - 1}); }
Tensor below(const Tensor& x) { return slice(x, 0, Slice{1, x.shape()[0]}); }

/// Davis and Goadrich's interpolation of precision between two thresholds, integrated.
Tensor interpolated_pr(const AucCounts& c) {
  const Tensor dtp = above(c.tp) - below(c.tp), p = c.tp + c.fp;
  const Tensor slope = divide_no_nan(dtp, maximum(above(p) - below(p), 0.0));
  const Tensor intercept = below(c.tp) - slope * below(p);
  const Tensor ratio = where(logical_and(greater(above(p), 0), greater(below(p), 0)),
                             divide_no_nan(above(p), maximum(below(p), 0.0)), ones_like(below(p)));
  return sum(divide_no_nan(slope * (dtp + intercept * log(ratio)), maximum(below(c.tp) + below(c.fn), 0.0)));
}

Tensor area(const AucCounts& c, const std::string& curve, const std::string& method) {
  constexpr double epsilon = 1e-7;
  if (curve == "PR" && method == "careful_interpolation") return interpolated_pr(c);
  const Tensor rate = (c.tp + epsilon) / (c.tp + c.fn + epsilon);
  const Tensor x = curve == "ROC" ? c.fp / (c.fp + c.tn + epsilon) : rate;
  const Tensor y = curve == "ROC" ? rate : (c.tp + epsilon) / (c.tp + c.fp + epsilon);
  const Tensor height = method == "minoring"   ? minimum(above(y), below(y))
                        : method == "majoring" ? maximum(above(y), below(y))
                                               : (above(y) + below(y)) / 2.0;
  return sum((above(x) - below(x)) * height);
}

std::vector<double> with_ends(std::vector<double> inner) {
  constexpr double epsilon = 1e-7;
  std::sort(inner.begin(), inner.end());
  inner.insert(inner.begin(), -epsilon);
  inner.push_back(1 + epsilon);
  return inner;
}

/// `count` of them, from just below 0 to just above 1.
std::vector<double> spread_thresholds(const char* metric, std::int64_t count, Location where) {
  constexpr std::int64_t most = 1 << 20;
  if (count < 2 || count > most)
    throw ArgumentError(metric, "num_thresholds is not between 2 and 1048576", std::to_string(count), "", where);
  std::vector<double> inner;
  for (std::int64_t i = 1; i < count - 1; ++i) inner.push_back(static_cast<double>(i) / static_cast<double>(count - 1));
  return with_ends(inner);
}

std::vector<double> auc_thresholds(const AucOptions& options, Location where) {
  if (options.thresholds.empty()) return spread_thresholds("auc", options.num_thresholds, where);
  for (const double threshold : options.thresholds)
    if (!(threshold > 0 && threshold < 1))
      throw ArgumentError("auc", "a threshold is not between 0 and 1", std::to_string(threshold), "", where);
  return with_ends(options.thresholds);
}

/// Predictions, which are checked to be in [0, 1] when they run.
Tensor probabilities(const Arg& predictions) {
  const Tensor scores = in_float(predictions);
  if (!scores.is_symbolic()) return scores;
  const Tensor check =
      Assert(all(logical_and(greater_equal(scores, 0.0), less_equal(scores, 1.0))), {scores}, 3, predictions.where());
  const ControlDependencies after(graph_of(scores), check, predictions.where());
  return identity(scores);
}

/// One rate at the threshold where another is nearest to `wanted`: of positives (tp, fn) or of negatives (tn, fp).
Metric rate_at_rate(const char* metric, const char* wanted_name, double wanted, bool of_positives, const Arg& labels,
                    const Arg& predictions, const RateOptions& options) {
  if (!(wanted >= 0 && wanted < 1))
    throw ArgumentError(metric, std::string(wanted_name) + " is not in [0, 1)", std::to_string(wanted), "",
                        labels.where());
  const std::vector<double> thresholds = spread_thresholds(metric, options.num_thresholds, labels.where());
  MetricScope scope(metric, labels, {&predictions}, options.name);
  const auto [truth, answer] = scope.pair(labels, predictions);
  const ConfusionCounts counts = confusion_counts(truth, probabilities(Arg(answer, predictions.where())), thresholds,
                                                  {.weights = options.weights});
  const Sum tps(scope, "true_positives", counts.true_positives), fns(scope, "false_negatives", counts.false_negatives),
      tns(scope, "true_negatives", counts.true_negatives), fps(scope, "false_positives", counts.false_positives);
  const auto rate = [&](Tensor tp_now, Tensor fn_now, Tensor tn_now, Tensor fp_now) {
    constexpr double epsilon = 1e-7;
    if (!of_positives) {
      std::swap(tp_now, tn_now);
      std::swap(fn_now, fp_now);
    }
    const Tensor distance = abs(tn_now / (tn_now + fp_now + epsilon) - wanted);
    // Of equally near ones TensorFlow takes the first for a specificity, the last for a sensitivity.
    const Tensor nearest = of_positives
                               ? argmin(distance, 0)
                               : static_cast<std::int64_t>(thresholds.size()) - 1 - argmin(flip(distance, {0}), 0);
    const Tensor hits = index_select(tp_now, 0, reshape(nearest, {1})),
                 lost = index_select(fn_now, 0, reshape(nearest, {1}));
    return reshape(hits / (hits + lost + epsilon), {});
  };
  return scope.finish(rate(tps.now, fns.now, tns.now, fps.now), rate(tps.next, fns.next, tns.next, fps.next),
                      options.metrics_collections, options.updates_collections);
}

}  // namespace

Metric sensitivity_at_specificity(const Arg& labels, const Arg& predictions, double specificity,
                                  const RateOptions& options) {
  return rate_at_rate("sensitivity_at_specificity", "specificity", specificity, true, labels, predictions, options);
}
Metric specificity_at_sensitivity(const Arg& labels, const Arg& predictions, double sensitivity,
                                  const RateOptions& options) {
  return rate_at_rate("specificity_at_sensitivity", "sensitivity", sensitivity, false, labels, predictions, options);
}

Metric auc(const Arg& labels, const Arg& predictions, const AucOptions& options) {
  const auto refuse = [&](const char* what, const std::string& given, const char* hint) {
    throw ArgumentError("auc", what, "'" + given + "'", hint, labels.where());
  };
  if (options.curve != "ROC" && options.curve != "PR") refuse("the curve is unknown", options.curve, "ROC or PR");
  const std::vector<std::string> methods{"trapezoidal", "careful_interpolation", "minoring", "majoring"};
  if (std::find(methods.begin(), methods.end(), options.summation_method) == methods.end())
    refuse("the summation method is unknown", options.summation_method,
           "trapezoidal, careful_interpolation, minoring or majoring");
  const std::vector<double> thresholds = auc_thresholds(options, labels.where());
  MetricScope scope("auc", labels, {&predictions}, options.name);
  const auto [truth, answer] = scope.pair(labels, predictions);
  const Tensor scores = probabilities(Arg(answer, predictions.where()));
  const ConfusionCounts counts = confusion_counts(truth, scores, thresholds, {.weights = options.weights});
  const Sum tps(scope, "true_positives", counts.true_positives), fns(scope, "false_negatives", counts.false_negatives),
      tns(scope, "true_negatives", counts.true_negatives), fps(scope, "false_positives", counts.false_positives);
  const Tensor value = area({tps.now, fps.now, tns.now, fns.now}, options.curve, options.summation_method);
  const Tensor update = area({tps.next, fps.next, tns.next, fns.next}, options.curve, options.summation_method);
  return scope.finish(value, update, options.metrics_collections, options.updates_collections);
}

Metric confusion_matrix(const Arg& labels, const Arg& predictions, std::int64_t num_classes,
                        const MetricOptions& options) {
  MetricScope scope("confusion_matrix", labels, {&predictions}, options.name);
  const Sum total =
      confusion(scope, "confusion_matrix", "total_confusion_matrix", labels, predictions, num_classes, options.weights);
  return scope.finish(identity(total.now), total.next, options);
}

Metric mean_iou(const Arg& labels, const Arg& predictions, std::int64_t num_classes, const MetricOptions& options) {
  MetricScope scope("mean_iou", labels, {&predictions}, options.name);
  const Sum total =
      confusion(scope, "mean_iou", "total_confusion_matrix", labels, predictions, num_classes, options.weights);
  const Tensor matrix = total.now, right = cast(diagonal(matrix), float32);
  const Tensor either = cast(sum(matrix, 0), float32) + cast(sum(matrix, 1), float32) - right;
  const Tensor classes_seen = sum(cast(not_equal(either, 0), float32));
  const Tensor value = divide_no_nan(sum(divide_no_nan(right, either)), classes_seen);
  return scope.finish(value, total.next, options);
}

Metric mean_per_class_accuracy(const Arg& labels, const Arg& predictions, std::int64_t num_classes,
                               const MetricOptions& options) {
  MetricScope scope("mean_accuracy", labels, {&predictions}, options.name);
  const Sum total = confusion(scope, "mean_per_class_accuracy", "total_confusion_matrix", labels, predictions,
                              num_classes, options.weights);
  const auto shares = [](const Tensor& matrix) {
    return divide_no_nan(cast(diagonal(matrix), float32), cast(sum(matrix, 1), float32));
  };
  return scope.finish(triptych::mean(shares(total.now)), shares(total.next), options);
}

}  // namespace triptych::lowlevel::metrics
