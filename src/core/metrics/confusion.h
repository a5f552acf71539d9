// Counts of right and wrong answers, as metrics of all styles sum them up: made of ops, so they work in graphs.
#pragma once

#include <cstdint>
#include <vector>

#include "triptych/core/tensor.h"

namespace triptych {

/// How many answers are right and wrong, for each threshold (T); with a column for each label (T, labels).
struct ConfusionCounts {
  Tensor true_positives, false_positives, true_negatives, false_negatives;
};

struct ConfusionOptions {
  /// Labels are the columns of (n, labels), and counted apart.
  bool multi_label = false;
  /// Of elements, of the predictions' shape or broadcast to it; undefined: 1.
  Tensor weights = {};
};

/// Answers are yes where `predictions` > a threshold; `labels`, of the same shape, are true where not 0.
ConfusionCounts confusion_counts(const Tensor& labels, const Tensor& predictions, const std::vector<double>& thresholds,
                                 const ConfusionOptions& options);

/// How many examples of class i were taken for class j: (num_classes, num_classes), in the dtype of `weights` (n).
/// Labels and predictions are int64 (n), in range.
Tensor confusion_matrix(const Tensor& labels, const Tensor& predictions, std::int64_t num_classes,
                        const Tensor& weights);

}  // namespace triptych
