#include <cmath>
#include <limits>

#include "core/support/error_context.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/error.h"
#include "triptych/eager/optim/lr_scheduler.h"

namespace triptych::eager::optim::lr_scheduler {

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, const ReduceLROnPlateauOptions& o, Location where)
    : LRScheduler("ReduceLROnPlateau", optimizer),
      factor_(o.factor),
      threshold_(o.threshold),
      eps_(o.eps),
      patience_(o.patience),
      cooldown_(o.cooldown),
      min_lrs_(o.min_lr.of(groups(), "ReduceLROnPlateau", "min_lr", where)) {
  const Hyperparameters check(name_, where);
  check.decay("factor", o.factor);
  check.not_negative("threshold", o.threshold);
  check.not_negative("eps", o.eps);
  for (const double rate : min_lrs_) check.not_negative("min_lr", rate);
  if (o.patience < 0) fail("patience is negative", std::to_string(o.patience), "", where);
  if (o.cooldown < 0) fail("cooldown is negative", std::to_string(o.cooldown), "", where);
  const std::string mode = o.mode, threshold_mode = o.threshold_mode;
  if (mode != "min" && mode != "max") fail("mode is unknown", "'" + mode + "'", "There are 'min' and 'max'", where);
  if (threshold_mode != "rel" && threshold_mode != "abs")
    fail("threshold_mode is unknown", "'" + threshold_mode + "'", "There are 'rel' and 'abs'", where);
  smallest_ = mode == "min";
  relative_ = threshold_mode == "rel";
  best_ = smallest_ ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
  last_epoch_ = 0;
  last_lr_ = current();
}

bool ReduceLROnPlateau::better(double value) const {
  if (smallest_) return value < (relative_ ? best_ * (1 - threshold_) : best_ - threshold_);
  return value > (relative_ ? best_ * (1 + threshold_) : best_ + threshold_);
}

void ReduceLROnPlateau::step(Location where) {
  fail("there is no metric", "step() without an argument", "Call step(metrics)", where);
}
void ReduceLROnPlateau::step(const Tensor& metrics, Location where) {
  const Called called(name_);
  step(metrics.item<double>(where), where);
}
void ReduceLROnPlateau::step(double metrics, Location where) {
  check_groups(where);
  ++last_epoch_;
  if (better(metrics)) {
    best_ = metrics;
    num_bad_epochs_ = 0;
  } else {
    ++num_bad_epochs_;
  }
  if (cooldown_counter_ > 0) {
    --cooldown_counter_;
    num_bad_epochs_ = 0;
  }
  std::vector<double> rates = current();
  if (num_bad_epochs_ > patience_) {
    for (std::size_t g = 0; g < rates.size(); ++g)
      if (const double lower = std::max(rates[g] * factor_, min_lrs_[g]); rates[g] - lower > eps_) rates[g] = lower;
    cooldown_counter_ = cooldown_;
    num_bad_epochs_ = 0;
  }
  set_rates(rates, {}, where);
}

std::vector<LRScheduler::Field> ReduceLROnPlateau::fields() {
  return {field("factor", factor_),
          field("min_lrs", min_lrs_),
          field("patience", patience_),
          field("cooldown", cooldown_),
          field("eps", eps_),
          field("threshold", threshold_),
          field("best", best_),
          field("cooldown_counter", cooldown_counter_),
          field("num_bad_epochs", num_bad_epochs_)};
}

}  // namespace triptych::eager::optim::lr_scheduler
