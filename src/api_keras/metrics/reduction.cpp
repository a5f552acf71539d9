#include "triptych/keras/metrics/reduction.h"

#include "api_keras/metrics/mean_of.h"
#include "api_keras/metrics/registered.h"
#include "api_keras/metrics/samples.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

class Mean : public MetricBase {
 public:
  using MetricBase::MetricBase;
  void update_state(const Tensor& values, const Tensor& sample_weight, const Tensor&) override {
    update_values(values, sample_weight);
  }
  void update_values(const Tensor& values, const Tensor& sample_weight) override { add_to_mean(values, sample_weight); }
};

class Sum : public MetricBase {
 public:
  explicit Sum(OwnedText name) : MetricBase(std::move(name)) {
    total_ = add_variable({.dtype = float64, .name = "total"});
  }
  void update_state(const Tensor& values, const Tensor& sample_weight, const Tensor&) override {
    update_values(values, sample_weight);
  }
  void update_values(const Tensor& values, const Tensor& sample_weight) override {
    const Tensor each = samples_of(values, sample_weight, true).values;
    assign_add(total_, cast(each.ndim() == 0 ? each : sum(each), float64));
  }
  Tensor result() override { return total_; }

 private:
  Tensor total_;
};

}  // namespace

namespace metrics {

Metric Mean(MetricOptions options) {
  return known_as("Mean", options, Metric(std::make_shared<keras::Mean>(given_name(options.name, "mean"))));
}
Metric Sum(MetricOptions options) {
  return known_as("Sum", options, Metric(std::make_shared<keras::Sum>(given_name(options.name, "sum"))));
}

}  // namespace metrics
}  // namespace triptych::keras
