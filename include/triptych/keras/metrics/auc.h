// The area under a curve of thresholds.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "triptych/keras/metrics/metric.h"

namespace triptych::keras {

/// Options, in Keras's order.
struct AUCOptions {
  std::int64_t num_thresholds = 200;
  /// "ROC", "PR" or "PRGAIN".
  OwnedText curve = "ROC";
  /// "interpolation", "minoring" or "majoring".
  OwnedText summation_method = "interpolation";
  OptionText name = {};
  /// Given, they are used instead of `num_thresholds` evenly spread ones, with one more at each end.
  std::vector<double> thresholds = {};
  /// An area for each label (column), and their mean.
  bool multi_label = false;
  /// Only with `multi_label`; else the first batch says it.
  std::optional<std::int64_t> num_labels = {};
  /// What each label counts.
  std::vector<double> label_weights = {};
  bool from_logits = false;
};

namespace metrics {

/// By Riemann sums over thresholds; the area under "PR" by Davis and Goadrich, 2006, if it is interpolated.
/// ArgumentError for an unknown curve or method, less than two thresholds, or `num_labels` without `multi_label`.
TRIPTYCH_API Metric AUC(AUCOptions options = {}, Location where = Location::here());

}  // namespace metrics
}  // namespace triptych::keras
