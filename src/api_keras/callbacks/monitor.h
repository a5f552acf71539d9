// What callbacks that watch a metric share.
#pragma once

#include <optional>
#include <string>

#include "triptych/keras/model.h"

namespace triptych::keras {

/// Which of two values of the monitored metric is better.
class Monitor {
 public:
  /// ArgumentError for an unknown mode.
  Monitor(const char* callback, std::string name, const std::string& mode, double min_delta, Location where);

  /// What mode "auto" means, which the model knows once it has run. ArgumentError if it does not.
  void settle(const Model& model);
  bool better(double value, std::optional<double> than) const;
  /// The metric's value; null, and a warning the first time, if there is none.
  const double* find(const Logs& logs);
  const std::string& name() const { return name_; }

 private:
  using Direction = MetricBase::Direction;

  const char* callback_;
  std::string name_;
  double delta_;
  Location where_;
  Direction direction_ = Direction::unknown;
  bool warned_ = false;
};

}  // namespace triptych::keras
