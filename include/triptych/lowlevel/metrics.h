// Streaming metrics as state of a graph: tf.compat.v1.metrics. Each gives two tensors: `value`, which reads the metric,
// and `update_op`, which takes in a batch and gives the metric with it.
//
//   auto [accuracy, update] = tf::metrics::accuracy(labels, predictions);
//   session.run(tf::local_variables_initializer());
//   for (...) session.run(update, feeds);
//   std::cout << session.run(accuracy);
//
// What they count are local variables, which no checkpoint keeps; local_variables_initializer() begins anew.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/text.h"
#include "triptych/lowlevel/graph.h"

namespace triptych::lowlevel::metrics {

/// In the order of TensorFlow's arguments, after what the function takes itself.
struct MetricOptions {
  /// What each value counts: of the values' shape, or with lengths of one, or a scalar; undefined: 1.
  Tensor weights = {};
  /// Where `value` and `update_op` are added.
  std::vector<std::string> metrics_collections = {}, updates_collections = {};
  /// The scope of the variables; empty: the metric's name.
  OwnedText name = "";
};

/// `value` and `update_op`.
using Metric = std::pair<Tensor, Tensor>;

// All compute in float32. ArgumentError if an operand is undefined, or shapes do not fit; a quotient by nothing is 0.

/// The weighted mean of all values.
TRIPTYCH_API Metric mean(const Arg& values, const MetricOptions& options = {});
/// The means at each place of tensors of one shape, which must be known.
TRIPTYCH_API Metric mean_tensor(const Arg& values, const MetricOptions& options = {});
/// How often predictions equal labels.
TRIPTYCH_API Metric accuracy(const Arg& labels, const Arg& predictions, const MetricOptions& options = {});
/// The share of values below `threshold`.
TRIPTYCH_API Metric percentage_below(const Arg& values, double threshold, const MetricOptions& options = {});

TRIPTYCH_API Metric mean_absolute_error(const Arg& labels, const Arg& predictions, const MetricOptions& options = {});
TRIPTYCH_API Metric mean_squared_error(const Arg& labels, const Arg& predictions, const MetricOptions& options = {});
TRIPTYCH_API Metric root_mean_squared_error(const Arg& labels, const Arg& predictions,
                                            const MetricOptions& options = {});
/// |label - prediction| / normalizer, 0 where that is 0.
TRIPTYCH_API Metric mean_relative_error(const Arg& labels, const Arg& predictions, const Arg& normalizer,
                                        const MetricOptions& options = {});
/// 1 minus the mean product along axis `dim` of vectors of length one.
TRIPTYCH_API Metric mean_cosine_distance(const Arg& labels, const Arg& predictions, std::int64_t dim,
                                         const MetricOptions& options = {});

// Labels and predictions are true where they are not 0.
TRIPTYCH_API Metric true_positives(const Arg& labels, const Arg& predictions, const MetricOptions& options = {});
TRIPTYCH_API Metric false_positives(const Arg& labels, const Arg& predictions, const MetricOptions& options = {});
TRIPTYCH_API Metric true_negatives(const Arg& labels, const Arg& predictions, const MetricOptions& options = {});
TRIPTYCH_API Metric false_negatives(const Arg& labels, const Arg& predictions, const MetricOptions& options = {});
TRIPTYCH_API Metric precision(const Arg& labels, const Arg& predictions, const MetricOptions& options = {});
TRIPTYCH_API Metric recall(const Arg& labels, const Arg& predictions, const MetricOptions& options = {});

// Predictions are true where they are above a threshold: a number for each. ArgumentError for no thresholds.
TRIPTYCH_API Metric true_positives_at_thresholds(const Arg& labels, const Arg& predictions,
                                                 const std::vector<double>& thresholds,
                                                 const MetricOptions& options = {});
TRIPTYCH_API Metric false_positives_at_thresholds(const Arg& labels, const Arg& predictions,
                                                  const std::vector<double>& thresholds,
                                                  const MetricOptions& options = {});
TRIPTYCH_API Metric true_negatives_at_thresholds(const Arg& labels, const Arg& predictions,
                                                 const std::vector<double>& thresholds,
                                                 const MetricOptions& options = {});
TRIPTYCH_API Metric false_negatives_at_thresholds(const Arg& labels, const Arg& predictions,
                                                  const std::vector<double>& thresholds,
                                                  const MetricOptions& options = {});
TRIPTYCH_API Metric precision_at_thresholds(const Arg& labels, const Arg& predictions,
                                            const std::vector<double>& thresholds, const MetricOptions& options = {});
TRIPTYCH_API Metric recall_at_thresholds(const Arg& labels, const Arg& predictions,
                                         const std::vector<double>& thresholds, const MetricOptions& options = {});

struct AucOptions {
  Tensor weights = {};
  std::int64_t num_thresholds = 200;
  std::vector<std::string> metrics_collections = {}, updates_collections = {};
  /// "ROC" or "PR".
  OwnedText curve = "ROC";
  OwnedText name = "";
  /// "trapezoidal", "careful_interpolation", "minoring" or "majoring".
  OwnedText summation_method = "trapezoidal";
  /// In (0, 1), instead of evenly spread ones.
  std::vector<double> thresholds = {};
};
/// The area under a curve of predictions in [0, 1], by sums over thresholds. ArgumentError for an unknown curve or
/// method, less than two thresholds, and, when it runs, a prediction outside.
TRIPTYCH_API Metric auc(const Arg& labels, const Arg& predictions, const AucOptions& options = {});

struct RateOptions {
  Tensor weights = {};
  std::int64_t num_thresholds = 200;
  std::vector<std::string> metrics_collections = {}, updates_collections = {};
  OwnedText name = "";
};
/// Of thresholds spread evenly over predictions in [0, 1], the sensitivity tp / (tp + fn) at the one whose specificity
/// tn / (tn + fp) is nearest to the given one; and the other way round. ArgumentError if the given one is not in [0,
/// 1), there are less than two thresholds, and, when it runs, for a prediction outside.
TRIPTYCH_API Metric sensitivity_at_specificity(const Arg& labels, const Arg& predictions, double specificity,
                                               const RateOptions& options = {});
TRIPTYCH_API Metric specificity_at_sensitivity(const Arg& labels, const Arg& predictions, double sensitivity,
                                               const RateOptions& options = {});

// Of each example's k classes with the highest predictions. Labels are the integers of the true classes: (..., number
// of labels), or (...) for one each; one that is there twice counts once. Predictions are (..., number of classes),
// weights
// (...) or a scalar.

struct AtKOptions {
  /// Counts this class alone; -1: all.
  std::int64_t class_id = -1;
  Tensor weights = {};
  std::vector<std::string> metrics_collections = {}, updates_collections = {};
  /// The scope of the variables; empty: the metric's name, "recall_at_5".
  OwnedText name = "";
};
/// The share of true classes that are among the k, and of the k that are true. ArgumentError if labels are not
/// integers, ranks do not fit, or k is not between 1 and the number of classes.
TRIPTYCH_API Metric recall_at_k(const Arg& labels, const Arg& predictions, std::int64_t k,
                                const AtKOptions& options = {});
TRIPTYCH_API Metric precision_at_k(const Arg& labels, const Arg& predictions, std::int64_t k,
                                   const AtKOptions& options = {});
struct AtTopKOptions {
  /// For the metric's name; -1: how many there are.
  std::int64_t k = -1;
  std::int64_t class_id = -1;
  Tensor weights = {};
  std::vector<std::string> metrics_collections = {}, updates_collections = {};
  OwnedText name = "";
};
/// The same for classes that are found already: `predictions_idx` are integers, (..., k).
TRIPTYCH_API Metric recall_at_top_k(const Arg& labels, const Arg& predictions_idx, const AtTopKOptions& options = {});
TRIPTYCH_API Metric precision_at_top_k(const Arg& labels, const Arg& predictions_idx,
                                       const AtTopKOptions& options = {});
/// The mean over examples of sum over i <= k of [the i-th class is true] * precision at i / min(k, number of labels,
/// the same ones too).
TRIPTYCH_API Metric average_precision_at_k(const Arg& labels, const Arg& predictions, std::int64_t k,
                                           const MetricOptions& options = {});

// Labels and predictions are integers below `num_classes`. ArgumentError if that is not positive, and, when it runs, if
// one is out of range.

/// How many of class i were taken for class j: (num_classes, num_classes), float64.
TRIPTYCH_API Metric confusion_matrix(const Arg& labels, const Arg& predictions, std::int64_t num_classes,
                                     const MetricOptions& options = {});
/// The mean over the classes that there were of intersection over union; `update_op` gives the confusion matrix.
TRIPTYCH_API Metric mean_iou(const Arg& labels, const Arg& predictions, std::int64_t num_classes,
                             const MetricOptions& options = {});
/// The mean over classes of the share that was right; `update_op` gives the share of each.
TRIPTYCH_API Metric mean_per_class_accuracy(const Arg& labels, const Arg& predictions, std::int64_t num_classes,
                                            const MetricOptions& options = {});

}  // namespace triptych::lowlevel::metrics
