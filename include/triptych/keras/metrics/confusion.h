// Counts of right and wrong yes-or-no answers, and what is computed from them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "triptych/keras/metrics/metric.h"

namespace triptych::keras {

/// One threshold, or several: then the metric has a number for each.
class Thresholds : public std::vector<double> {
 public:
  Thresholds() = default;
  Thresholds(double threshold) : std::vector<double>{threshold} {}
  Thresholds(std::initializer_list<double> thresholds) : std::vector<double>(thresholds) {}
  Thresholds(std::vector<double> thresholds) : std::vector<double>(std::move(thresholds)) {}
};

/// Options, in Keras's order. Thresholds are from 0 to 1; none: 0.5.
struct ConfusionCountOptions {
  Thresholds thresholds = {};
  /// "": as Keras names objects, "true_positives", "true_positives_1", ...
  OptionText name = {};
};
struct PrecisionRecallOptions {
  Thresholds thresholds = {};
  /// Only the k best classes of an example count as answers; without thresholds, all of them are yes.
  std::optional<std::int64_t> top_k = {};
  /// Only this class is looked at.
  std::optional<std::int64_t> class_id = {};
  OptionText name = {};
};
struct SensitivitySpecificityOptions {
  std::int64_t num_thresholds = 200;
  std::optional<std::int64_t> class_id = {};
  OptionText name = {};
};

namespace metrics {

// y_true is 0 or 1 (or another number, as 1); a prediction above a threshold is a yes. ArgumentError for a threshold
// that is not a share, a k that is not positive, or a share that is none.

TRIPTYCH_API Metric TruePositives(ConfusionCountOptions options = {}, Location where = Location::here());
TRIPTYCH_API Metric TrueNegatives(ConfusionCountOptions options = {}, Location where = Location::here());
TRIPTYCH_API Metric FalsePositives(ConfusionCountOptions options = {}, Location where = Location::here());
TRIPTYCH_API Metric FalseNegatives(ConfusionCountOptions options = {}, Location where = Location::here());
/// TP / (TP + FP).
TRIPTYCH_API Metric Precision(PrecisionRecallOptions options = {}, Location where = Location::here());
/// TP / (TP + FN).
TRIPTYCH_API Metric Recall(PrecisionRecallOptions options = {}, Location where = Location::here());
/// The best sensitivity TP / (TP + FN) of all thresholds where the specificity TN / (TN + FP) is at least this.
TRIPTYCH_API Metric SensitivityAtSpecificity(double specificity, SensitivitySpecificityOptions options = {},
                                             Location where = Location::here());
TRIPTYCH_API Metric SpecificityAtSensitivity(double sensitivity, SensitivitySpecificityOptions options = {},
                                             Location where = Location::here());
TRIPTYCH_API Metric PrecisionAtRecall(double recall, SensitivitySpecificityOptions options = {},
                                      Location where = Location::here());
TRIPTYCH_API Metric RecallAtPrecision(double precision, SensitivitySpecificityOptions options = {},
                                      Location where = Location::here());

}  // namespace metrics
}  // namespace triptych::keras
