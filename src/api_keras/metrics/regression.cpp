#include "triptych/keras/metrics/regression.h"

#include "api_keras/metrics/mean_of.h"
#include "api_keras/metrics/registered.h"
#include "api_keras/names.h"
#include "api_keras/training/targets.h"
#include "triptych/core/ops.h"
#include "triptych/keras/losses/loss.h"
#include "triptych/keras/losses/regression.h"

namespace triptych::keras {
namespace {

constexpr auto up = MetricBase::Direction::up, down = MetricBase::Direction::down;

class RootMeanSquaredError : public MetricBase {
 public:
  using MetricBase::MetricBase;
  Tensor values(const Tensor& y_true, const Tensor& y_pred) override {
    return square(y_pred - same_rank(y_true, y_pred));
  }
  Tensor result() override { return sqrt(MetricBase::result()); }
  Direction direction() const override { return Direction::down; }
};

class R2Score : public MetricBase {
 public:
  explicit R2Score(R2ScoreOptions options) : MetricBase(options.name), options_(std::move(options)) {
    samples_ = add_variable({.dtype = float64, .name = "num_samples"});
  }

  void update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) override {
    const auto [given, p] = detail::to_same_rank(y_true, y_pred);
    const Tensor y = same_rank(given, p);
    if (p.ndim() != 2 || !p.shape().dim(1).known())
      throw ArgumentError("R2Score", "targets or predictions are not (n, outputs)",
                          "y_true is " + y_true.shape().text() + ", y_pred is " + y_pred.shape().text());
    if (!sum_.defined()) make_state(p.shape()[1]);
    Tensor weights = ones_like(y);
    if (sample_weight.defined()) {
      const Tensor of_example = cast(sample_weight, y.dtype());
      weights = expand_like(of_example.ndim() == 1 ? unsqueeze(of_example, -1) : of_example, y);
    }
    const auto add = [](const Tensor& state, const Tensor& each) { assign_add(state, cast(sum(each, 0), float64)); };
    add(sum_, y * weights);
    add(squares_, y * y * weights);
    add(residual_, square(y - p) * weights);
    add(count_, weights);
    assign_add(samples_, cast(sum(ones_like(y)), float64));
  }

  Tensor result() override {
    if (!sum_.defined()) return full({}, 0, float64);
    const Tensor total = squares_ - sum_ * (sum_ / count_);
    const Tensor each = 1 - residual_ / total, scores = where(isinf(each), zeros_like(each), each);
    Tensor score = scores;
    if (options_.class_aggregation == "uniform_average") score = mean(scores);
    if (options_.class_aggregation == "variance_weighted_average") score = sum(total * scores) / sum(total);
    if (options_.num_regressors == 0) return score;
    // With too few samples the adjusted score is the plain one.
    const auto regressors = static_cast<double>(options_.num_regressors);
    const Tensor free = samples_ - (regressors + 1), enough = greater(free, 0);
    const Tensor adjusted = 1 - (1 - score) * (samples_ - 1) / where(enough, free, ones_like(free));
    return where(enough, adjusted, score);
  }

  Direction direction() const override { return Direction::up; }

 private:
  void make_state(std::int64_t outputs) {
    std::vector<MetricVariableOptions> options;
    for (const char* name : {"squared_sum", "sum", "residual", "count"})
      options.push_back({.shape = {outputs}, .dtype = float64, .name = name});
    const auto made = add_variables(options);
    squares_ = made[0];
    sum_ = made[1];
    residual_ = made[2];
    count_ = made[3];
  }

  R2ScoreOptions options_;
  Tensor samples_, squares_, sum_, residual_, count_;
};

Tensor centred(const Tensor& x, std::int64_t axis) { return x - mean(x, axis, true); }
Tensor variance(const Tensor& x, std::int64_t axis) { return var(x, axis, {.correction = 0, .keepdims = true}); }

Tensor pearson(const Tensor& y_true, const Tensor& y_pred, std::int64_t axis) {
  const Tensor y = centred(same_rank(y_true, y_pred), axis), p = centred(y_pred, axis);
  return mean((y / sqrt(variance(y, axis))) * (p / sqrt(variance(p, axis))), axis);
}

Tensor concordance(const Tensor& y_true, const Tensor& y_pred, std::int64_t axis) {
  const Tensor y = same_rank(y_true, y_pred);
  const Tensor of_y = mean(y, axis, true), of_p = mean(y_pred, axis, true);
  const Tensor together = (y - of_p) * (y_pred - of_p);
  const Tensor norm = variance(y - of_y, axis) + variance(y_pred - of_p, axis) + square(of_y - of_p);
  return mean(together * 2 / (norm + epsilon), axis);
}

template <class Rule>
Tensor values_of(const Rule& rule, const Tensor& y_true, const Tensor& y_pred, Location where) {
  const Frame frame(where);
  check_targets("metric", y_true, y_pred);
  const auto [y, p] = detail::to_same_rank(y_true, y_pred);
  return rule(y, p);
}

}  // namespace

namespace metrics {

Metric MeanSquaredError(MetricOptions options) {
  return known_as("MeanSquaredError", options,
                  mean_of(given_name(options.name, "mean_squared_error"), down,
                          [](const Tensor& y, const Tensor& p) { return losses::mean_squared_error(y, p); }));
}
Metric MeanAbsoluteError(MetricOptions options) {
  return known_as("MeanAbsoluteError", options,
                  mean_of(given_name(options.name, "mean_absolute_error"), down,
                          [](const Tensor& y, const Tensor& p) { return losses::mean_absolute_error(y, p); }));
}
Metric MeanAbsolutePercentageError(MetricOptions options) {
  return known_as(
      "MeanAbsolutePercentageError", options,
      mean_of(given_name(options.name, "mean_absolute_percentage_error"), down,
              [](const Tensor& y, const Tensor& p) { return losses::mean_absolute_percentage_error(y, p); }));
}
Metric MeanSquaredLogarithmicError(MetricOptions options) {
  return known_as(
      "MeanSquaredLogarithmicError", options,
      mean_of(given_name(options.name, "mean_squared_logarithmic_error"), down,
              [](const Tensor& y, const Tensor& p) { return losses::mean_squared_logarithmic_error(y, p); }));
}
Metric LogCoshError(MetricOptions options) {
  return known_as("LogCoshError", options,
                  mean_of(given_name(options.name, "logcosh"), down,
                          [](const Tensor& y, const Tensor& p) { return losses::log_cosh(y, p); }));
}
Metric RootMeanSquaredError(MetricOptions options) {
  return known_as(
      "RootMeanSquaredError", options,
      Metric(std::make_shared<keras::RootMeanSquaredError>(given_name(options.name, "root_mean_squared_error"))));
}
Metric CosineSimilarity(CosineSimilarityMetricOptions options) {
  return known_as("CosineSimilarity", options,
                  mean_of(options.name, up, [axis = options.axis](const Tensor& y, const Tensor& p) {
                    return neg(losses::cosine_similarity(y, p, axis));
                  }));
}
Metric R2Score(R2ScoreOptions options, Location where) {
  if (!options.class_aggregation.empty() && options.class_aggregation != "uniform_average" &&
      options.class_aggregation != "variance_weighted_average")
    no_such("class_aggregation", options.class_aggregation, {"uniform_average", "variance_weighted_average"}, where);
  if (options.num_regressors < 0)
    throw ArgumentError("R2Score", "num_regressors is negative", std::to_string(options.num_regressors), "", where);
  return known_as("R2Score", options, Metric(std::make_shared<keras::R2Score>(options)));
}
Metric PearsonCorrelation(PearsonCorrelationOptions options) {
  return known_as("PearsonCorrelation", options,
                  mean_of(options.name, up,
                          [axis = options.axis](const Tensor& y, const Tensor& p) { return pearson(y, p, axis); }));
}
Metric ConcordanceCorrelation(ConcordanceCorrelationOptions options) {
  return known_as("ConcordanceCorrelation", options,
                  mean_of(options.name, up,
                          [axis = options.axis](const Tensor& y, const Tensor& p) { return concordance(y, p, axis); }));
}

Tensor pearson_correlation(const Tensor& y_true, const Tensor& y_pred, std::int64_t axis, Location where) {
  return values_of([&](const Tensor& y, const Tensor& p) { return pearson(y, p, axis); }, y_true, y_pred, where);
}
Tensor concordance_correlation(const Tensor& y_true, const Tensor& y_pred, std::int64_t axis, Location where) {
  return values_of([&](const Tensor& y, const Tensor& p) { return concordance(y, p, axis); }, y_true, y_pred, where);
}

}  // namespace metrics
}  // namespace triptych::keras
