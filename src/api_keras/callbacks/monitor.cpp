#include "api_keras/callbacks/monitor.h"

#include <cmath>
#include <cstdio>

#include "api_keras/names.h"
#include "api_keras/training/trainer.h"
#include "core/support/printable.h"

namespace triptych::keras {

Monitor::Monitor(const char* callback, std::string name, const std::string& mode, double min_delta, Location where)
    : callback_(callback), name_(std::move(name)), delta_(std::abs(min_delta)), where_(where) {
  if (mode != "auto" && mode != "min" && mode != "max")
    throw ArgumentError(callback, "there is no such mode", "'" + mode + "'", "Use 'auto', 'min' or 'max'", where);
  if (std::isnan(min_delta)) throw ArgumentError(callback, "min_delta is not a number", "NaN", "", where);
  if (mode != "auto") direction_ = mode == "max" ? Direction::up : Direction::down;
}

void Monitor::settle(const Model& model) {
  if (direction_ != Direction::unknown) return;
  const bool of_validation = name_.compare(0, 4, "val_") == 0;
  direction_ = model.base().trainer().direction(of_validation ? name_.substr(4) : name_);
  if (direction_ == Direction::unknown)
    throw ArgumentError(callback_, "it is not known whether the metric should rise or fall", "'" + name_ + "'",
                        "Give the mode, 'min' or 'max'", where_);
}

bool Monitor::better(double value, std::optional<double> than) const {
  if (!than) return true;
  return direction_ == Direction::up ? value - delta_ > *than : value + delta_ < *than;
}

const double* Monitor::find(const Logs& logs) {
  const double* value = logs.find(name_);
  if (!value && !warned_) {
    warned_ = true;
    std::vector<std::string> names;
    for (const auto& item : logs) names.push_back(item.first);
    std::fprintf(stderr, "[%s] warning: metric '%s' is not available. There are %s.\n", callback_,
                 printable(name_).c_str(), names.empty() ? "none" : printable(quoted_list(names)).c_str());
  }
  return value;
}

}  // namespace triptych::keras
