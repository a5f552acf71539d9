// What the metrics of right and wrong answers share.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/metrics/confusion.h"
#include "triptych/keras/metrics/metric.h"

namespace triptych::keras {

struct AnswerOptions {
  std::optional<std::int64_t> top_k = {}, class_id = {};
  bool multi_label = false;
  std::vector<double> label_weights = {};
};

/// The counts of a batch, float64.
ConfusionCounts counts_of(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight,
                          const std::vector<double>& thresholds, const AnswerOptions& options);

/// a / b, 0 where b is.
Tensor share(const Tensor& a, const Tensor& b);

/// Evenly spread from 0 to 1; 0.5 if it is one. Errors as of tensors: more than there is memory for.
std::vector<double> spread(std::int64_t count);

/// What a prediction that is not among the best k becomes: below all thresholds.
inline constexpr double lowest_score = -1e10;

}  // namespace triptych::keras
