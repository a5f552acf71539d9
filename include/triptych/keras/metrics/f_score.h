// F scores.
#pragma once

#include <optional>

#include "triptych/keras/metrics/metric.h"

namespace triptych::keras {

/// Options, in Keras's order.
struct FBetaScoreOptions {
  /// "micro": over all classes at once, "macro": the mean of the classes' scores, "weighted": by how often they are
  /// true; "": a number for each class.
  OptionText average = {};
  double beta = 1;
  /// A prediction above it is a yes; none: the largest of each example.
  std::optional<double> threshold = {};
  OwnedText name = "fbeta_score";
};
struct F1ScoreOptions {
  OptionText average = {};
  std::optional<double> threshold = {};
  OwnedText name = "f1_score";
};

namespace metrics {

/// (1 + beta^2) precision recall / (beta^2 precision + recall). Both (n, classes). ArgumentError for an unknown
/// average, a beta that is not positive, or a threshold that is not in (0, 1].
TRIPTYCH_API Metric FBetaScore(FBetaScoreOptions options = {}, Location where = Location::here());
TRIPTYCH_API Metric F1Score(F1ScoreOptions options = {}, Location where = Location::here());

}  // namespace metrics
}  // namespace triptych::keras
