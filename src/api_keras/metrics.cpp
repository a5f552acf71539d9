#include "triptych/keras/metrics.h"

#include <array>

#include "api_keras/names.h"
#include "api_keras/targets.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

/// A metric that is the mean of a function over all examples.
class MeanOf : public MetricBase {
 public:
  using Function = Tensor (*)(const Tensor& y_true, const Tensor& y_pred);
  MeanOf(std::string name, Function function) : MetricBase(std::move(name)), function_(function) {}
  Tensor values(const Tensor& y_true, const Tensor& y_pred) override { return function_(y_true, y_pred); }

 private:
  Function function_;
};

Tensor squared_error(const Tensor& y_true, const Tensor& y_pred) {
  const Tensor difference = y_pred - same_rank(y_true, y_pred);
  return mean(difference * difference, -1);
}
struct NamedMetric {
  const char* name;
  MeanOf::Function function;
};

constexpr std::array named_metrics{
    NamedMetric{"mean_squared_error", squared_error},
    NamedMetric{"mse", squared_error},
};

Metric mean_of(const MetricOptions& options, const char* name, MeanOf::Function function) {
  return Metric(std::make_shared<MeanOf>(options.name.empty() ? name : options.name, function));
}

}  // namespace

MetricBase::~MetricBase() = default;

Tensor MetricBase::values(const Tensor&, const Tensor&) {
  throw ArgumentError("metric", "a metric overrides values or contributions", "'" + name_ + "' overrides neither");
}

std::vector<Tensor> MetricBase::contributions(const Tensor& y_true, const Tensor& y_pred) {
  const Tensor each = values(y_true, y_pred);
  return {sum(each), sum(ones_like(each))};
}

double MetricBase::result(const std::vector<double>& sums) const { return sums[1] == 0 ? 0 : sums[0] / sums[1]; }

Metric::Metric(const char* name, Location where) : Metric(std::string(name), where) {}
Metric::Metric(const std::string& name, Location where) {
  std::vector<std::string> names;
  for (const NamedMetric& entry : named_metrics) {
    if (to_snake_case(name) == entry.name) {
      base_ = std::make_shared<MeanOf>(name, entry.function);
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
  std::vector<double> values;
  for (const Tensor& part : base_->contributions(y_true, y_pred)) values.push_back(part.item<double>());
  add(values);
}

void Metric::add(const std::vector<double>& contributions) {
  sums_.resize(contributions.size());
  for (std::size_t i = 0; i < contributions.size(); ++i) sums_[i] += contributions[i];
}

double Metric::result() const { return sums_.empty() ? 0 : base_->result(sums_); }

namespace metrics {

Metric MeanSquaredError(MetricOptions options) { return mean_of(options, "mean_squared_error", squared_error); }

}  // namespace metrics
}  // namespace triptych::keras
