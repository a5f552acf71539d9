// Accuracies: how often predictions are right.
#pragma once

#include <cstdint>

#include "triptych/keras/metrics/metric.h"

namespace triptych::keras {

/// Options, in Keras's order.
struct BinaryAccuracyOptions {
  OwnedText name = "binary_accuracy";
  double threshold = 0.5;
};
struct TopKCategoricalAccuracyOptions {
  std::int64_t k = 5;
  OwnedText name = "top_k_categorical_accuracy";
};
struct SparseTopKCategoricalAccuracyOptions {
  std::int64_t k = 5;
  OwnedText name = "sparse_top_k_categorical_accuracy";
  /// y_pred holds class numbers, the best first, instead of scores.
  bool from_sorted_ids = false;
};

namespace metrics {

/// Share of elements with y_true == y_pred.
TRIPTYCH_API Metric Accuracy(MetricOptions options = {});
/// Share of elements with y_true == (y_pred > threshold). ArgumentError unless the threshold is finite.
TRIPTYCH_API Metric BinaryAccuracy(BinaryAccuracyOptions options = {}, Location where = Location::here());
/// Share of examples with argmax(y_true) == argmax(y_pred).
TRIPTYCH_API Metric CategoricalAccuracy(MetricOptions options = {});
/// Share of examples with y_true == argmax(y_pred).
TRIPTYCH_API Metric SparseCategoricalAccuracy(MetricOptions options = {});
/// Share of examples whose class, argmax(y_true), is among the k best of y_pred. ArgumentError unless k is positive.
TRIPTYCH_API Metric TopKCategoricalAccuracy(TopKCategoricalAccuracyOptions options = {},
                                            Location where = Location::here());
/// The same, of class numbers y_true.
TRIPTYCH_API Metric SparseTopKCategoricalAccuracy(SparseTopKCategoricalAccuracyOptions options = {},
                                                  Location where = Location::here());

// What of each example or element is counted: 1 or 0.

TRIPTYCH_API Tensor binary_accuracy(const Tensor& y_true, const Tensor& y_pred, double threshold = 0.5,
                                    Location where = Location::here());
TRIPTYCH_API Tensor categorical_accuracy(const Tensor& y_true, const Tensor& y_pred, Location where = Location::here());
TRIPTYCH_API Tensor sparse_categorical_accuracy(const Tensor& y_true, const Tensor& y_pred,
                                                Location where = Location::here());
TRIPTYCH_API Tensor top_k_categorical_accuracy(const Tensor& y_true, const Tensor& y_pred, std::int64_t k = 5,
                                               Location where = Location::here());
TRIPTYCH_API Tensor sparse_top_k_categorical_accuracy(const Tensor& y_true, const Tensor& y_pred, std::int64_t k = 5,
                                                      bool from_sorted_ids = false, Location where = Location::here());

}  // namespace metrics
}  // namespace triptych::keras
