// Metrics as files know them.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "api_keras/saving/fields.h"
#include "triptych/keras/metrics/metric.h"

namespace triptych::keras {

struct MetricAccess {
  static const std::string& made_by_name(const Metric& metric) { return metric.made_by_name_; }
  static void set_class(MetricBase& metric, const char* class_name, std::string config) {
    metric.class_name_ = class_name;
    metric.config_ = std::move(config);
  }
};

/// The metric, which is Keras's of that class with these arguments: `known_as("MeanIoU", options, metric,
/// arg("num_classes", classes))`.
template <class Options, class... T>
Metric known_as(const char* class_name, const Options& options, Metric metric, NamedArgument<T>... arguments) {
  MetricAccess::set_class(metric.base(), class_name, config_of(options, arguments...));
  return metric;
}

/// A function that is registered: `key` is its name in files, "my_metric" or "package>my_metric".
class RegisteredMetric : public MetricBase {
 public:
  using Function = std::function<Tensor(const Tensor& y_true, const Tensor& y_pred)>;
  RegisteredMetric(std::string key, Function function)
      : MetricBase(key.substr(key.find('>') + 1)), key_(std::move(key)), function_(std::move(function)) {}
  const std::string& key() const { return key_; }
  Tensor values(const Tensor& y_true, const Tensor& y_pred) override {
    const UserCode its_lines;
    return function_(y_true, y_pred);
  }

 private:
  std::string key_;
  Function function_;
};

}  // namespace triptych::keras
