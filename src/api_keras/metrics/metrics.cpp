#include "triptych/keras/metrics.h"

#include <array>

#include "api_keras/metrics/contributions.h"
#include "api_keras/names.h"
#include "api_keras/training/targets.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"
#include "triptych/keras/losses.h"

namespace triptych::keras {
namespace {

/// A metric that is the mean of a function over all examples.
class MeanOf : public MetricBase {
 public:
  using Function = Tensor (*)(const Tensor& y_true, const Tensor& y_pred);
  MeanOf(std::string name, Function function, Direction direction)
      : MetricBase(std::move(name)), function_(function), direction_(direction) {}
  Tensor values(const Tensor& y_true, const Tensor& y_pred) override { return function_(y_true, y_pred); }
  Direction direction() const override { return direction_; }

 private:
  Function function_;
  Direction direction_;
};

class BinaryAccuracy : public MetricBase {
 public:
  BinaryAccuracy(std::string name, double threshold) : MetricBase(std::move(name)), threshold_(threshold) {}
  Tensor values(const Tensor& y_true, const Tensor& y_pred) override {
    return mean(cast(equal(same_rank(y_true, y_pred), cast(greater(y_pred, threshold_), y_pred.dtype())), float32), -1);
  }
  Direction direction() const override { return Direction::up; }

 private:
  double threshold_;
};

Tensor accuracy(const Tensor& y_true, const Tensor& y_pred) {
  return mean(cast(equal(same_rank(y_true, y_pred), y_pred), float32), -1);
}
/// The most probable class of each example.
Tensor best_class(const Tensor& scores) {
  if (scores.ndim() > 0 && scores.shape().dim(-1).raw() == 0)
    throw ArgumentError("accuracy", "targets or predictions have no class",
                        "a tensor of shape " + scores.shape().text());
  return argmax(scores, -1);
}
Tensor sparse_accuracy(const Tensor& y_true, const Tensor& y_pred) {
  return cast(equal(class_numbers(y_true, y_pred), best_class(y_pred)), float32);
}
Tensor categorical_accuracy(const Tensor& y_true, const Tensor& y_pred) {
  return cast(equal(best_class(same_rank(y_true, y_pred)), best_class(y_pred)), float32);
}
Tensor squared_error(const Tensor& y_true, const Tensor& y_pred) {
  const Tensor difference = y_pred - same_rank(y_true, y_pred);
  return mean(difference * difference, -1);
}
Tensor absolute_error(const Tensor& y_true, const Tensor& y_pred) {
  return mean(abs(y_pred - same_rank(y_true, y_pred)), -1);
}

/// What "accuracy" means, by the shapes: one output: binary; class numbers: sparse; else categorical.
Tensor accuracy_by_shape(const Tensor& y_true, const Tensor& y_pred) {
  const Dim classes = y_pred.shape().dim(-1);
  const bool last_is_one = y_true.ndim() > 0 && y_true.shape().dim(-1).raw() == 1;
  if (classes.raw() == 1) return BinaryAccuracy("accuracy", 0.5).values(y_true, y_pred);
  if (y_true.ndim() < y_pred.ndim() || last_is_one) return sparse_accuracy(y_true, y_pred);
  return categorical_accuracy(y_true, y_pred);
}

constexpr auto up = MetricBase::Direction::up, down = MetricBase::Direction::down;

struct NamedMetric {
  const char* name;
  MeanOf::Function function;
  MetricBase::Direction direction = up;
};

constexpr std::array named_metrics{
    NamedMetric{"accuracy", accuracy_by_shape},
    NamedMetric{"acc", accuracy_by_shape},
    NamedMetric{"binary_accuracy",
                [](const Tensor& y, const Tensor& p) { return BinaryAccuracy("", 0.5).values(y, p); }},
    NamedMetric{"categorical_accuracy", categorical_accuracy},
    NamedMetric{"sparse_categorical_accuracy", sparse_accuracy},
    NamedMetric{"mean_squared_error", squared_error, down},
    NamedMetric{"mse", squared_error, down},
    NamedMetric{"mean_absolute_error", absolute_error, down},
    NamedMetric{"mae", absolute_error, down},
};

Metric mean_of(const MetricOptions& options, const char* name, MeanOf::Function function,
               MetricBase::Direction direction) {
  return Metric(std::make_shared<MeanOf>(options.name.empty() ? OptionText(name) : options.name, function, direction));
}

void check_parts(const MetricBase& metric, std::size_t count, const char* what, Location where) {
  if (count != metric.parts())
    throw ArgumentError("metric", std::string("the number of ") + what + " is not that of the metric's parts",
                        "'" + metric.name() + "' has " + std::to_string(metric.parts()) + " parts, " +
                            std::to_string(count) + " were given",
                        "", where);
}

}  // namespace

MetricBase::~MetricBase() = default;

Tensor MetricBase::values(const Tensor&, const Tensor&) {
  throw ArgumentError("metric", "the metric has no function",
                      "'" + name_ + "' overrides neither values nor contributions");
}

std::vector<Tensor> MetricBase::contributions(const Tensor& y_true, const Tensor& y_pred) {
  const auto [y, p] = detail::to_same_rank(y_true, y_pred);
  const Tensor each = values(y, p);
  return {sum(each), sum(ones_like(each))};
}

double MetricBase::result(const std::vector<double>& sums) const {
  if (sums.size() != 2)
    throw ArgumentError("metric", "a metric of another number of sums than two has no result of its own",
                        "'" + name_ + "' was given " + std::to_string(sums.size()), "Override result");
  return sums[1] == 0 ? 0 : sums[0] / sums[1];
}

std::vector<Tensor> contributions_of(MetricBase& metric, const Tensor& y_true, const Tensor& y_pred) {
  std::vector<Tensor> parts = metric.contributions(y_true, y_pred);
  check_parts(metric, parts.size(), "contributions", {});
  for (const Tensor& part : parts)
    if (!part.defined() || part.ndim() != 0)
      throw ArgumentError("metric", "a contribution is no 0-d tensor",
                          "'" + metric.name() + "' gave " +
                              (part.defined() ? "one of shape " + part.shape().text() : "an undefined one"));
  return parts;
}

Metric::Metric(std::shared_ptr<MetricBase> base, Location where) : base_(std::move(base)) {
  if (!base_) throw ArgumentError("metric", "there is no metric", "a null pointer", "", where);
}
Metric::Metric(const char* name, Location where) : Metric(std::string(not_null(name, where)), where) {}
Metric::Metric(const std::string& name, Location where) {
  std::vector<std::string> names;
  for (const NamedMetric& entry : named_metrics) {
    if (to_snake_case(name) == entry.name) {
      base_ = std::make_shared<MeanOf>(name, entry.function, entry.direction);
      return;
    }
    names.emplace_back(entry.name);
  }
  throw ArgumentError("metric", "there is no metric of this name", "'" + name + "'", "There are " + quoted_list(names),
                      where);
}

void Metric::update_state(const Tensor& y_true, const Tensor& y_pred, Location where) {
  Frame frame(where);
  GradMode no_recording(false);
  check_targets("metric", y_true, y_pred);
  std::vector<double> values;
  for (const Tensor& part : contributions_of(*base_, y_true, y_pred)) values.push_back(part.item<double>());
  add(values, where);
}

void Metric::add(const std::vector<double>& contributions, Location where) {
  check_parts(*base_, contributions.size(), "contributions", where);
  sums_.resize(contributions.size());
  for (std::size_t i = 0; i < contributions.size(); ++i) sums_[i] += contributions[i];
}

double Metric::result() const { return sums_.empty() ? 0 : base_->result(sums_); }

namespace metrics {

Metric Accuracy(MetricOptions options) { return mean_of(options, "accuracy", accuracy, up); }
Metric BinaryAccuracy(BinaryAccuracyOptions options, Location where) {
  Hyperparameters("BinaryAccuracy", where).finite("threshold", options.threshold);
  return Metric(std::make_shared<keras::BinaryAccuracy>(std::move(options.name), options.threshold));
}
Metric CategoricalAccuracy(MetricOptions options) {
  return mean_of(options, "categorical_accuracy", categorical_accuracy, up);
}
Metric SparseCategoricalAccuracy(MetricOptions options) {
  return mean_of(options, "sparse_categorical_accuracy", sparse_accuracy, up);
}
Metric MeanSquaredError(MetricOptions options) { return mean_of(options, "mean_squared_error", squared_error, down); }
Metric MeanAbsoluteError(MetricOptions options) {
  return mean_of(options, "mean_absolute_error", absolute_error, down);
}

}  // namespace metrics
}  // namespace triptych::keras
