#include "triptych/keras/metrics/confusion.h"

#include "api_keras/metrics/counts.h"
#include "api_keras/metrics/mean_of.h"
#include "api_keras/metrics/registered.h"
#include "api_keras/names.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

using Part = Tensor ConfusionCounts::*;

/// One of the four counts.
class Count : public MetricBase {
 public:
  Count(OwnedText name, Part part, std::vector<double> thresholds)
      : MetricBase(std::move(name)), part_(part), thresholds_(std::move(thresholds)) {
    count_ = add_variable(
        {.shape = {static_cast<std::int64_t>(thresholds_.size())}, .dtype = float64, .name = "accumulator"});
  }
  void update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) override {
    assign_add(count_, counts_of(y_true, y_pred, sample_weight, thresholds_, {}).*part_);
  }
  Tensor result() override { return thresholds_.size() == 1 ? select(count_, 0, 0) : count_; }

 private:
  Part part_;
  std::vector<double> thresholds_;
  Tensor count_;
};

/// True positives as a share: of the answers that are yes, or of those that should be.
class ShareOfTruePositives : public MetricBase {
 public:
  ShareOfTruePositives(OwnedText name, Part others, const char* others_name, std::vector<double> thresholds,
                       const PrecisionRecallOptions& options)
      : MetricBase(std::move(name)), others_part_(others), thresholds_(std::move(thresholds)) {
    answers_.top_k = options.top_k;
    answers_.class_id = options.class_id;
    const Shape shape{static_cast<std::int64_t>(thresholds_.size())};
    true_ = add_variable({.shape = shape, .dtype = float64, .name = "true_positives"});
    others_ = add_variable({.shape = shape, .dtype = float64, .name = others_name});
  }
  void update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) override {
    const ConfusionCounts counts = counts_of(y_true, y_pred, sample_weight, thresholds_, answers_);
    assign_add(true_, counts.true_positives);
    assign_add(others_, counts.*others_part_);
  }
  Tensor result() override {
    const Tensor shares = share(true_, true_ + others_);
    return thresholds_.size() == 1 ? select(shares, 0, 0) : shares;
  }
  Direction direction() const override { return Direction::up; }

 private:
  Part others_part_;
  std::vector<double> thresholds_;
  AnswerOptions answers_;
  Tensor true_, others_;
};

/// The best of one rate over the thresholds where another one is at least `value`.
class BestRate : public MetricBase {
 public:
  using Rate = Tensor (*)(const ConfusionCounts&);
  BestRate(OwnedText name, Rate best, Rate bounded, double value, const SensitivitySpecificityOptions& options)
      : MetricBase(std::move(name)),
        best_(best),
        bounded_(bounded),
        value_(value),
        thresholds_(spread(options.num_thresholds)) {
    answers_.class_id = options.class_id;
    const Shape shape{options.num_thresholds};
    for (const auto& [part, part_name] : parts)
      state_.*part = add_variable({.shape = shape, .dtype = float64, .name = part_name});
  }
  void update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) override {
    const ConfusionCounts counts = counts_of(y_true, y_pred, sample_weight, thresholds_, answers_);
    for (const auto& [part, part_name] : parts) assign_add(state_.*part, counts.*part);
  }
  Tensor result() override {
    const Tensor rates = best_(state_);
    return max(where(greater_equal(bounded_(state_), value_), rates, zeros_like(rates)));
  }
  Direction direction() const override { return Direction::up; }

 private:
  static constexpr std::pair<Part, const char*> parts[] = {{&ConfusionCounts::true_positives, "true_positives"},
                                                           {&ConfusionCounts::false_positives, "false_positives"},
                                                           {&ConfusionCounts::true_negatives, "true_negatives"},
                                                           {&ConfusionCounts::false_negatives, "false_negatives"}};
  Rate best_, bounded_;
  double value_;
  std::vector<double> thresholds_;
  AnswerOptions answers_;
  ConfusionCounts state_;
};

Tensor sensitivity(const ConfusionCounts& c) { return share(c.true_positives, c.true_positives + c.false_negatives); }
Tensor specificity(const ConfusionCounts& c) { return share(c.true_negatives, c.true_negatives + c.false_positives); }
Tensor precision(const ConfusionCounts& c) { return share(c.true_positives, c.true_positives + c.false_positives); }

std::vector<double> checked(const char* metric, const Thresholds& thresholds, double otherwise, Location where) {
  for (const double threshold : thresholds) Hyperparameters(metric, where).share("threshold", threshold);
  return thresholds.empty() ? std::vector<double>{otherwise} : std::vector<double>(thresholds);
}

std::string name_or_unique(const std::string& given, const char* name) {
  return given.empty() ? unique_name(name) : given;
}

Metric count(const char* metric, const char* name, Part part, const ConfusionCountOptions& options, Location where) {
  const Frame frame(where);
  return Metric(std::make_shared<Count>(name_or_unique(options.name, name), part,
                                        checked(metric, options.thresholds, 0.5, where)));
}

Metric share_of(const char* metric, const char* name, Part others, const char* others_name,
                const PrecisionRecallOptions& options, Location where) {
  const Frame frame(where);
  if (options.top_k && *options.top_k < 1)
    throw ArgumentError(metric, "top_k is below 1", std::to_string(*options.top_k), "", where);
  return Metric(std::make_shared<ShareOfTruePositives>(
      name_or_unique(options.name, name), others, others_name,
      checked(metric, options.thresholds, options.top_k ? lowest_score : 0.5, where), options));
}

Metric best_rate(const char* metric, const char* name, BestRate::Rate best, BestRate::Rate bounded,
                 const char* value_name, double value, const SensitivitySpecificityOptions& options, Location where) {
  const Frame frame(where);
  Hyperparameters(metric, where).share(value_name, value);
  if (options.num_thresholds < 1)
    throw ArgumentError(metric, "num_thresholds is below 1", std::to_string(options.num_thresholds), "", where);
  return Metric(std::make_shared<BestRate>(name_or_unique(options.name, name), best, bounded, value, options));
}

}  // namespace

namespace metrics {

Metric TruePositives(ConfusionCountOptions options, Location where) {
  return known_as("TruePositives", options,
                  count("TruePositives", "true_positives", &ConfusionCounts::true_positives, options, where));
}
Metric TrueNegatives(ConfusionCountOptions options, Location where) {
  return known_as("TrueNegatives", options,
                  count("TrueNegatives", "true_negatives", &ConfusionCounts::true_negatives, options, where));
}
Metric FalsePositives(ConfusionCountOptions options, Location where) {
  return known_as("FalsePositives", options,
                  count("FalsePositives", "false_positives", &ConfusionCounts::false_positives, options, where));
}
Metric FalseNegatives(ConfusionCountOptions options, Location where) {
  return known_as("FalseNegatives", options,
                  count("FalseNegatives", "false_negatives", &ConfusionCounts::false_negatives, options, where));
}
Metric Precision(PrecisionRecallOptions options, Location where) {
  return known_as(
      "Precision", options,
      share_of("Precision", "precision", &ConfusionCounts::false_positives, "false_positives", options, where));
}
Metric Recall(PrecisionRecallOptions options, Location where) {
  return known_as("Recall", options,
                  share_of("Recall", "recall", &ConfusionCounts::false_negatives, "false_negatives", options, where));
}
Metric SensitivityAtSpecificity(double specificity, SensitivitySpecificityOptions options, Location where) {
  return known_as("SensitivityAtSpecificity", options,
                  best_rate("SensitivityAtSpecificity", "sensitivity_at_specificity", sensitivity, keras::specificity,
                            "specificity", specificity, options, where),
                  arg("specificity", specificity));
}
Metric SpecificityAtSensitivity(double sensitivity, SensitivitySpecificityOptions options, Location where) {
  return known_as("SpecificityAtSensitivity", options,
                  best_rate("SpecificityAtSensitivity", "specificity_at_sensitivity", specificity, keras::sensitivity,
                            "sensitivity", sensitivity, options, where),
                  arg("sensitivity", sensitivity));
}
Metric PrecisionAtRecall(double recall, SensitivitySpecificityOptions options, Location where) {
  return known_as(
      "PrecisionAtRecall", options,
      best_rate("PrecisionAtRecall", "precision_at_recall", precision, sensitivity, "recall", recall, options, where),
      arg("recall", recall));
}
Metric RecallAtPrecision(double precision, SensitivitySpecificityOptions options, Location where) {
  return known_as("RecallAtPrecision", options,
                  best_rate("RecallAtPrecision", "recall_at_precision", sensitivity, keras::precision, "precision",
                            precision, options, where),
                  arg("precision", precision));
}

}  // namespace metrics
}  // namespace triptych::keras
