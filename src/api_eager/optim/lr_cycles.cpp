// Plans of a batch's step that move the momentum, too: OneCycleLR and CyclicLR.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/support/hyperparameter.h"
#include "triptych/core/error.h"
#include "triptych/eager/optim/lr_scheduler.h"

namespace triptych::eager::optim::lr_scheduler {
namespace {

/// ArgumentError of `op` unless the optimizer has a momentum that can be moved.
void require_momentum(const char* op, const char* momentum, Location where) {
  if (!momentum)
    throw ArgumentError(op, "the optimizer has neither a momentum nor betas", "cycle_momentum is set",
                        "Set .cycle_momentum = false", where);
}

std::int64_t total_steps_of(const OneCycleLROptions& o, Location where) {
  const auto positive = [&](const char* name, std::int64_t value) {
    if (value <= 0)
      throw ArgumentError("OneCycleLR", std::string(name) + " is not positive", std::to_string(value), "", where);
    return value;
  };
  if (o.total_steps) return positive("total_steps", *o.total_steps);
  if (!o.epochs || !o.steps_per_epoch)
    throw ArgumentError("OneCycleLR", "the number of steps is not known",
                        "neither total_steps nor epochs and "
                        "steps_per_epoch",
                        "Give .total_steps", where);
  const std::int64_t epochs = positive("epochs", *o.epochs), steps = positive("steps_per_epoch", *o.steps_per_epoch);
  std::int64_t total = 0;
  if (__builtin_mul_overflow(epochs, steps, &total))
    throw ArgumentError("OneCycleLR", "there are too many steps", std::to_string(epochs) + " epochs", "", where);
  return total;
}

}  // namespace

OneCycleLR::OneCycleLR(Optimizer& optimizer, const PerGroup& max_lr, const OneCycleLROptions& o, Location where)
    : LRScheduler("OneCycleLR", optimizer),
      total_steps_(total_steps_of(o, where)),
      cycle_momentum_(o.cycle_momentum),
      max_lrs_(max_lr.of(groups(), "OneCycleLR", "max_lr", where)) {
  const Hyperparameters check(name_, where);
  check.share("pct_start", o.pct_start);
  check.positive("div_factor", o.div_factor);
  check.positive("final_div_factor", o.final_div_factor);
  for (const double rate : max_lrs_) check.not_negative("max_lr", rate);
  const std::string strategy = o.anneal_strategy;
  if (strategy != "cos" && strategy != "linear")
    fail("anneal_strategy is unknown", "'" + strategy + "'", "There are 'cos' and 'linear'", where);
  anneal_ = strategy == "cos" ? Anneal::cos : Anneal::linear;
  if (cycle_momentum_) {
    require_momentum(name_, momentum_name(optimizer), where);
    base_momentums_ = o.base_momentum.of(groups(), name_, "base_momentum", where);
    max_momentums_ = o.max_momentum.of(groups(), name_, "max_momentum", where);
    for (const auto* momenta : {&base_momentums_, &max_momentums_})
      for (const double momentum : *momenta) check.decay("a momentum", momentum);
  }
  for (const double rate : max_lrs_) {
    initial_lrs_.push_back(rate / o.div_factor);
    min_lrs_.push_back(initial_lrs_.back() / o.final_div_factor);
  }
  const auto total = static_cast<double>(total_steps_);
  phases_.push_back({o.pct_start * total - 1, &initial_lrs_, &max_lrs_, &max_momentums_, &base_momentums_});
  if (o.three_phase) {
    phases_.push_back({2 * o.pct_start * total - 2, &max_lrs_, &initial_lrs_, &base_momentums_, &max_momentums_});
    phases_.push_back({total - 1, &initial_lrs_, &min_lrs_, &max_momentums_, &max_momentums_});
  } else {
    phases_.push_back({total - 1, &max_lrs_, &min_lrs_, &base_momentums_, &max_momentums_});
  }
  if (o.last_epoch == -1)
    for (std::size_t g = 0; g < groups(); ++g) set_initial(g, initial_lrs_[g]);
  begin(o.last_epoch, where);
}

double OneCycleLR::at(std::size_t group, const std::vector<double>* Phase::*from,
                      const std::vector<double>* Phase::*to) const {
  const auto step = static_cast<double>(last_epoch_);
  double start = 0;
  for (std::size_t i = 0;; ++i) {
    const Phase& phase = phases_[i];
    if (step > phase.end && i + 1 < phases_.size()) {
      start = phase.end;
      continue;
    }
    // The step behind the last one stays there, where PyTorch's line goes on below 0.
    const double part = phase.end == start ? 1 : std::min(1.0, (step - start) / (phase.end - start));
    const double a = (*(phase.*from))[group], b = (*(phase.*to))[group];
    return anneal_ == Anneal::cos ? b + (a - b) / 2 * (std::cos(std::numbers::pi * part) + 1) : (b - a) * part + a;
  }
}

std::vector<double> OneCycleLR::get_lr() {
  if (last_epoch_ > total_steps_)
    fail("there are no more steps than were planned", std::to_string(total_steps_) + " are done", "", Location::here());
  std::vector<double> rates;
  for (std::size_t g = 0; g < groups(); ++g) rates.push_back(at(g, &Phase::from, &Phase::to));
  return rates;
}
std::vector<double> OneCycleLR::momenta() {
  std::vector<double> result;
  if (cycle_momentum_)
    for (std::size_t g = 0; g < groups(); ++g) result.push_back(at(g, &Phase::momentum_from, &Phase::momentum_to));
  return result;
}
std::vector<LRScheduler::Field> OneCycleLR::fields() {
  return {field("total_steps", total_steps_), field("cycle_momentum", cycle_momentum_)};
}

CyclicLR::CyclicLR(Optimizer& optimizer, const PerGroup& base_lr, const PerGroup& max_lr, const CyclicLROptions& o,
                   Location where)
    : LRScheduler("CyclicLR", optimizer),
      gamma_(o.gamma),
      by_cycle_(true),
      cycle_momentum_(o.cycle_momentum),
      max_lrs_(max_lr.of(groups(), "CyclicLR", "max_lr", where)) {
  const Hyperparameters check(name_, where);
  const std::vector<double> base = base_lr.of(groups(), name_, "base_lr", where);
  for (const double rate : base) check.not_negative("base_lr", rate);
  for (const double rate : max_lrs_) check.not_negative("max_lr", rate);
  const std::int64_t up = o.step_size_up, down = o.step_size_down.value_or(up);
  for (const std::int64_t size : {up, down})
    if (size <= 0) fail("a step size is not positive", std::to_string(size), "", where);
  total_size_ = static_cast<double>(up) + static_cast<double>(down);
  step_ratio_ = static_cast<double>(up) / total_size_;
  check.not_negative("gamma", o.gamma);
  const std::string mode = o.mode, scale_mode = o.scale_mode;
  if (scale_mode != "cycle" && scale_mode != "iterations")
    fail("scale_mode is unknown", "'" + scale_mode + "'", "There are 'cycle' and 'iterations'", where);
  if (o.scale_fn) {
    scale_fn_ = o.scale_fn;
    by_cycle_ = scale_mode == "cycle";
  } else if (mode == "triangular") {
    scale_fn_ = [](double) { return 1.0; };
  } else if (mode == "triangular2") {
    scale_fn_ = [](double cycle) { return 1 / std::pow(2.0, cycle - 1); };
  } else if (mode == "exp_range") {
    scale_fn_ = [gamma = gamma_](double step) { return std::pow(gamma, step); };
    by_cycle_ = false;
  } else {
    fail("mode is unknown", "'" + mode + "'", "There are 'triangular', 'triangular2' and 'exp_range'", where);
  }
  if (cycle_momentum_) {
    require_momentum(name_, momentum_name(optimizer), where);
    base_momentums_ = o.base_momentum.of(groups(), name_, "base_momentum", where);
    max_momentums_ = o.max_momentum.of(groups(), name_, "max_momentum", where);
    for (const auto* momenta : {&base_momentums_, &max_momentums_})
      for (const double momentum : *momenta) check.decay("a momentum", momentum);
  }
  if (o.last_epoch == -1)
    for (std::size_t g = 0; g < groups(); ++g) optimizer.set_option(g, "lr", base[g], where);
  base_lrs_ = base;
  plan_lrs_ = base;
  begin(o.last_epoch, where);
  base_lrs_ = base;
}

double CyclicLR::height() const {
  const auto step = static_cast<double>(last_epoch_);
  const UserCode its_lines;  // of scale_fn
  const double cycle = std::floor(1 + step / total_size_), x = 1 + step / total_size_ - cycle;
  return (x <= step_ratio_ ? x / step_ratio_ : (x - 1) / (step_ratio_ - 1)) * scale_fn_(by_cycle_ ? cycle : step);
}
std::vector<double> CyclicLR::get_lr() {
  const double part = height();
  std::vector<double> rates = plan_lrs_;
  for (std::size_t g = 0; g < rates.size(); ++g) rates[g] += (max_lrs_[g] - rates[g]) * part;
  return rates;
}
std::vector<double> CyclicLR::momenta() {
  if (!cycle_momentum_) return {};
  const double part = height();
  std::vector<double> result = max_momentums_;
  for (std::size_t g = 0; g < result.size(); ++g) result[g] -= (max_momentums_[g] - base_momentums_[g]) * part;
  return result;
}
std::vector<LRScheduler::Field> CyclicLR::fields() {
  return {field("max_lrs", max_lrs_),
          field("total_size", total_size_),
          field("step_ratio", step_ratio_),
          field("gamma", gamma_),
          field("cycle_momentum", cycle_momentum_),
          field("base_momentums", base_momentums_),
          field("max_momentums", max_momentums_)};
}

}  // namespace triptych::eager::optim::lr_scheduler
