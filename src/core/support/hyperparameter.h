// What numbers that tune something may be: learning rates, probabilities, epsilons. One rule for all styles, in which
// NaN passes nothing.
#pragma once

#include <string>
#include <string_view>

#include "triptych/core/location.h"

namespace triptych {

/// ArgumentError of `op` at `where`, unless the value is as the check says; all values are finite.
class Hyperparameters {
 public:
  Hyperparameters(std::string_view op, Location where) : op_(op), where_(where) {}

  void finite(std::string_view name, double value) const;
  /// 0 or more.
  void not_negative(std::string_view name, double value) const;
  /// More than 0.
  void positive(std::string_view name, double value) const;
  /// 0 to 1, both included: a probability.
  void share(std::string_view name, double value) const;
  /// 0 to 1 without 1: what a moving average keeps.
  void decay(std::string_view name, double value) const;

 private:
  void require(bool good, std::string_view name, const char* wrong, double value) const;

  std::string_view op_;
  Location where_;
};

/// The shortest text that reads back as `value`: "0.1", "1e-08".
std::string number_text(double value);

}  // namespace triptych
