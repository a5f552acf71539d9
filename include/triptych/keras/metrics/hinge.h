// Means of the hinge losses.
#pragma once

#include "triptych/keras/metrics/metric.h"

namespace triptych::keras::metrics {

TRIPTYCH_API Metric Hinge(MetricOptions options = {});
TRIPTYCH_API Metric SquaredHinge(MetricOptions options = {});
TRIPTYCH_API Metric CategoricalHinge(MetricOptions options = {});

}  // namespace triptych::keras::metrics
