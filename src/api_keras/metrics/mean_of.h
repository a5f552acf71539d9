// A metric that is the mean of a function over all examples.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "triptych/keras/metrics/metric.h"

namespace triptych::keras {

class MeanOf : public MetricBase {
 public:
  using Function = std::function<Tensor(const Tensor& y_true, const Tensor& y_pred)>;
  MeanOf(OwnedText name, Direction direction, Function function)
      : MetricBase(std::move(name)), direction_(direction), function_(std::move(function)) {}
  Tensor values(const Tensor& y_true, const Tensor& y_pred) override { return function_(y_true, y_pred); }
  Direction direction() const override { return direction_; }

 private:
  Direction direction_;
  Function function_;
};

inline Metric mean_of(const std::string& name, MetricBase::Direction direction, MeanOf::Function function) {
  return Metric(std::make_shared<MeanOf>(name, direction, std::move(function)));
}

/// The name that the options give, or `name`.
inline std::string given_name(const std::string& given, const char* name) { return given.empty() ? name : given; }

}  // namespace triptych::keras
