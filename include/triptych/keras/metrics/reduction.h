// Metrics of numbers that were computed elsewhere.
#pragma once

#include "triptych/keras/metrics/metric.h"

namespace triptych::keras::metrics {

/// The mean of all numbers: sum(w x) / sum(w) with weights.
TRIPTYCH_API Metric Mean(MetricOptions options = {});
/// The sum of all numbers, each times its weight.
TRIPTYCH_API Metric Sum(MetricOptions options = {});
/// The mean of a function of y_true and y_pred, which gives a number for each example or element.
template <MetricFunction F>
Metric MeanMetricWrapper(F fn, MetricOptions options = {}, Location where = Location::here()) {
  return Metric(std::make_shared<detail::FunctionMetric<F>>(
      not_empty(std::move(fn), "MeanMetricWrapper", where),
      options.name.empty() ? std::string("mean_metric_wrapper") : std::string(options.name)));
}

}  // namespace triptych::keras::metrics
