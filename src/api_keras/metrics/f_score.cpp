#include "triptych/keras/metrics/f_score.h"

#include "api_keras/metrics/registered.h"
#include "api_keras/training/targets.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

class FBetaScore : public MetricBase {
 public:
  explicit FBetaScore(FBetaScoreOptions options) : MetricBase(options.name), options_(std::move(options)) {}

  void update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) override {
    if (y_true.ndim() != 2 || y_pred.ndim() != 2 || !y_pred.shape().dim(1).known())
      throw ArgumentError("FBetaScore", "targets or predictions are not (n, classes)",
                          "y_true is " + y_true.shape().text() + ", y_pred is " + y_pred.shape().text());
    if (!true_positives_.defined()) make_state(y_pred.shape()[1]);
    const Tensor y = same_rank(y_true, y_pred);
    const Tensor yes = cast(options_.threshold ? greater(y_pred, *options_.threshold) : best(y_pred), y_pred.dtype());
    const auto add = [&](const Tensor& state, const Tensor& each) {
      const Tensor counted =
          sample_weight.defined() ? each * reshape(cast(sample_weight, each.dtype()), {-1, 1}) : each;
      assign_add(state, cast(is_micro() ? sum(counted) : sum(counted, 0), float64));
    };
    add(true_positives_, yes * y);
    add(false_positives_, yes * (1 - y));
    add(false_negatives_, (1 - yes) * y);
    add(weights_, y);
  }

  Tensor result() override {
    if (!true_positives_.defined()) return full({}, 0, float64);
    const Tensor precision = true_positives_ / (true_positives_ + false_positives_ + epsilon);
    const Tensor recall = true_positives_ / (true_positives_ + false_negatives_ + epsilon);
    const double square = options_.beta * options_.beta;
    const Tensor score = precision * recall / (precision * square + recall + epsilon) * (1 + square);
    if (options_.average.empty()) return score;
    if (options_.average == "weighted") return sum(score * (weights_ / (sum(weights_) + epsilon)));
    return mean(score);
  }

  Direction direction() const override { return Direction::up; }

 private:
  bool is_micro() const { return options_.average == "micro"; }
  /// The largest of each example, unless that is 0.
  static Tensor best(const Tensor& scores) {
    return logical_and(greater_equal(scores, max(scores, -1, true)), greater(abs(scores), 1e-9));
  }
  void make_state(std::int64_t classes) {
    std::vector<MetricVariableOptions> options;
    for (const char* name : {"true_positives", "false_positives", "false_negatives", "intermediate_weights"})
      options.push_back({.shape = is_micro() ? Shape{} : Shape{classes}, .dtype = float64, .name = name});
    const auto made = add_variables(options);
    true_positives_ = made[0];
    false_positives_ = made[1];
    false_negatives_ = made[2];
    weights_ = made[3];
  }

  FBetaScoreOptions options_;
  Tensor true_positives_, false_positives_, false_negatives_, weights_;
};

Metric checked(const char* metric, const FBetaScoreOptions& options, Location where) {
  if (!options.average.empty() && options.average != "micro" && options.average != "macro" &&
      options.average != "weighted")
    throw ArgumentError(metric, "there is no such average", "'" + options.average + "'",
                        "Use 'micro', 'macro' or 'weighted', or none", where);
  const Hyperparameters check(metric, where);
  check.positive("beta", options.beta);
  if (options.threshold) {
    check.positive("threshold", *options.threshold);
    check.share("threshold", *options.threshold);
  }
  return Metric(std::make_shared<FBetaScore>(options));
}

}  // namespace

Metric metrics::FBetaScore(FBetaScoreOptions options, Location where) {
  return known_as("FBetaScore", options, checked("FBetaScore", options, where));
}
Metric metrics::F1Score(F1ScoreOptions options, Location where) {
  return known_as(
      "F1Score", options,
      checked("F1Score", {.average = options.average, .beta = 1, .threshold = options.threshold, .name = options.name},
              where));
}

}  // namespace triptych::keras
