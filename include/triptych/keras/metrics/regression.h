// Metrics of numbers.
#pragma once

#include <cstdint>

#include "triptych/keras/metrics/metric.h"

namespace triptych::keras {

/// Options, in Keras's order.
struct CosineSimilarityMetricOptions {
  OwnedText name = "cosine_similarity";
  std::int64_t axis = -1;
};
struct PearsonCorrelationOptions {
  OwnedText name = "pearson_correlation";
  std::int64_t axis = -1;
};
struct ConcordanceCorrelationOptions {
  OwnedText name = "concordance_correlation";
  std::int64_t axis = -1;
};
struct R2ScoreOptions {
  /// "uniform_average", "variance_weighted_average", or "": a number for each output.
  OptionText class_aggregation = "uniform_average";
  /// Independent regressors, for the adjusted score.
  std::int64_t num_regressors = 0;
  OwnedText name = "r2_score";
};

namespace metrics {

// Means of the losses of that name.

TRIPTYCH_API Metric MeanSquaredError(MetricOptions options = {});
TRIPTYCH_API Metric MeanAbsoluteError(MetricOptions options = {});
TRIPTYCH_API Metric MeanAbsolutePercentageError(MetricOptions options = {});
TRIPTYCH_API Metric MeanSquaredLogarithmicError(MetricOptions options = {});
TRIPTYCH_API Metric LogCoshError(MetricOptions options = {});

/// The square root of the mean of all (y_true - y_pred)^2.
TRIPTYCH_API Metric RootMeanSquaredError(MetricOptions options = {});
/// The mean of the cosines: 1 for one direction.
TRIPTYCH_API Metric CosineSimilarity(CosineSimilarityMetricOptions options = {});
/// 1 - sum (y_true - y_pred)^2 / sum (y_true - mean)^2 of each output, both (n, outputs). ArgumentError for an unknown
/// aggregation or a negative number of regressors.
TRIPTYCH_API Metric R2Score(R2ScoreOptions options = {}, Location where = Location::here());
/// The mean of the correlations along an axis.
TRIPTYCH_API Metric PearsonCorrelation(PearsonCorrelationOptions options = {});
/// The mean of Lin's concordance along an axis, in the form in which Keras computes it.
TRIPTYCH_API Metric ConcordanceCorrelation(ConcordanceCorrelationOptions options = {});

TRIPTYCH_API Tensor pearson_correlation(const Tensor& y_true, const Tensor& y_pred, std::int64_t axis = -1,
                                        Location where = Location::here());
TRIPTYCH_API Tensor concordance_correlation(const Tensor& y_true, const Tensor& y_pred, std::int64_t axis = -1,
                                            Location where = Location::here());

}  // namespace metrics
}  // namespace triptych::keras
