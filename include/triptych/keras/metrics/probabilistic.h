// Means of the losses of probabilities.
#pragma once

#include <cstdint>
#include <optional>

#include "triptych/keras/metrics/metric.h"

namespace triptych::keras {

/// Options, in Keras's order.
struct BinaryCrossentropyMetricOptions {
  OwnedText name = "binary_crossentropy";
  bool from_logits = false;
  double label_smoothing = 0;
};
struct CategoricalCrossentropyMetricOptions {
  OwnedText name = "categorical_crossentropy";
  bool from_logits = false;
  double label_smoothing = 0;
  std::int64_t axis = -1;
};
struct SparseCategoricalCrossentropyMetricOptions {
  OwnedText name = "sparse_categorical_crossentropy";
  bool from_logits = false;
  std::optional<std::int64_t> ignore_class = {};
  std::int64_t axis = -1;
};

namespace metrics {

TRIPTYCH_API Metric KLDivergence(MetricOptions options = {});
TRIPTYCH_API Metric Poisson(MetricOptions options = {});
/// ArgumentError, here and below, for a label_smoothing that is not a share.
TRIPTYCH_API Metric BinaryCrossentropy(BinaryCrossentropyMetricOptions options = {}, Location where = Location::here());
TRIPTYCH_API Metric CategoricalCrossentropy(CategoricalCrossentropyMetricOptions options = {},
                                            Location where = Location::here());
/// Examples of an ignored class count as 0, or with weights not at all.
TRIPTYCH_API Metric SparseCategoricalCrossentropy(SparseCategoricalCrossentropyMetricOptions options = {},
                                                  Location where = Location::here());

}  // namespace metrics
}  // namespace triptych::keras
