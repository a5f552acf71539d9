// What a metric gets from a batch, checked: classes of users make it.
#pragma once

#include <vector>

#include "triptych/keras/metrics.h"

namespace triptych::keras {

/// The metric's contributions; ArgumentError unless they are `parts()` numbers.
std::vector<Tensor> contributions_of(MetricBase& metric, const Tensor& y_true, const Tensor& y_pred);

}  // namespace triptych::keras
