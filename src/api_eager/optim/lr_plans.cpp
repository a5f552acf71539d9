// Plans that are functions of the epoch. Each is written as PyTorch writes it, so that the numbers are its numbers.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/support/hyperparameter.h"
#include "triptych/core/error.h"
#include "triptych/eager/optim/lr_scheduler.h"

namespace triptych::eager::optim::lr_scheduler {
namespace {

using std::numbers::pi;

void require_positive(const char* op, const char* name, std::int64_t value, Location where) {
  if (value <= 0) throw ArgumentError(op, std::string(name) + " is not positive", std::to_string(value), "", where);
}
void require_count(const char* op, const char* name, std::int64_t value, Location where) {
  if (value < 0) throw ArgumentError(op, std::string(name) + " is negative", std::to_string(value), "", where);
}

}  // namespace

LambdaLR::LambdaLR(Optimizer& optimizer, const LRLambdas& lr_lambda, std::int64_t last_epoch, Location where)
    : LRScheduler("LambdaLR", optimizer), lambdas_(lr_lambda.of(groups(), "LambdaLR", where)) {
  begin(last_epoch, where);
}
std::vector<double> LambdaLR::get_lr() {
  std::vector<double> rates = base_lrs_;
  const UserCode its_lines;
  for (std::size_t g = 0; g < rates.size(); ++g) rates[g] *= lambdas_[g](last_epoch_);
  return rates;
}

MultiplicativeLR::MultiplicativeLR(Optimizer& optimizer, const LRLambdas& lr_lambda, std::int64_t last_epoch,
                                   Location where)
    : LRScheduler("MultiplicativeLR", optimizer), lambdas_(lr_lambda.of(groups(), "MultiplicativeLR", where)) {
  begin(last_epoch, where);
}
std::vector<double> MultiplicativeLR::get_lr() {
  std::vector<double> rates = current();
  const UserCode its_lines;
  if (!initial_)
    for (std::size_t g = 0; g < rates.size(); ++g) rates[g] *= lambdas_[g](last_epoch_);
  return rates;
}

StepLR::StepLR(Optimizer& optimizer, std::int64_t step_size, double gamma, std::int64_t last_epoch, Location where)
    : LRScheduler("StepLR", optimizer), step_size_(step_size), gamma_(gamma) {
  require_positive(name_, "step_size", step_size, where);
  Hyperparameters(name_, where).not_negative("gamma", gamma);
  begin(last_epoch, where);
}
std::vector<double> StepLR::get_lr() {
  return last_epoch_ == 0 || last_epoch_ % step_size_ != 0 ? current() : scaled(gamma_);
}
std::optional<std::vector<double>> StepLR::closed_form() const {
  return base_scaled(std::pow(gamma_, static_cast<double>(last_epoch_ / step_size_)));
}
std::vector<LRScheduler::Field> StepLR::fields() { return {field("step_size", step_size_), field("gamma", gamma_)}; }

MultiStepLR::MultiStepLR(Optimizer& optimizer, std::vector<std::int64_t> milestones, double gamma,
                         std::int64_t last_epoch, Location where)
    : LRScheduler("MultiStepLR", optimizer), milestones_(milestones.begin(), milestones.end()), gamma_(gamma) {
  Hyperparameters(name_, where).not_negative("gamma", gamma);
  for (const std::int64_t milestone : milestones) require_count(name_, "a milestone", milestone, where);
  std::sort(milestones_.begin(), milestones_.end());
  begin(last_epoch, where);
}
std::vector<double> MultiStepLR::get_lr() {
  const auto times = std::count(milestones_.begin(), milestones_.end(), static_cast<double>(last_epoch_));
  return times == 0 ? current() : scaled(std::pow(gamma_, static_cast<double>(times)));
}
std::optional<std::vector<double>> MultiStepLR::closed_form() const {
  const auto passed = std::upper_bound(milestones_.begin(), milestones_.end(), static_cast<double>(last_epoch_));
  return base_scaled(std::pow(gamma_, static_cast<double>(passed - milestones_.begin())));
}
std::vector<LRScheduler::Field> MultiStepLR::fields() {
  return {field("milestones", milestones_), field("gamma", gamma_)};
}

ConstantLR::ConstantLR(Optimizer& optimizer, double factor, std::int64_t total_iters, std::int64_t last_epoch,
                       Location where)
    : LRScheduler("ConstantLR", optimizer), factor_(factor), total_iters_(total_iters) {
  Hyperparameters(name_, where).share("factor", factor);
  require_count(name_, "total_iters", total_iters, where);
  begin(last_epoch, where);
}
std::vector<double> ConstantLR::get_lr() {
  if (last_epoch_ == 0) return scaled(factor_);
  if (last_epoch_ != total_iters_) return current();
  return factor_ == 0 ? base_lrs_ : scaled(1 / factor_);  // PyTorch divides by 0
}
std::optional<std::vector<double>> ConstantLR::closed_form() const {
  return base_scaled(factor_ + (last_epoch_ >= total_iters_ ? 1 - factor_ : 0));
}
std::vector<LRScheduler::Field> ConstantLR::fields() {
  return {field("factor", factor_), field("total_iters", total_iters_)};
}

LinearLR::LinearLR(Optimizer& optimizer, double start_factor, double end_factor, std::int64_t total_iters,
                   std::int64_t last_epoch, Location where)
    : LRScheduler("LinearLR", optimizer),
      start_factor_(start_factor),
      end_factor_(end_factor),
      total_iters_(total_iters) {
  const Hyperparameters check(name_, where);
  check.positive("start_factor", start_factor);
  check.share("start_factor", start_factor);
  check.share("end_factor", end_factor);
  require_count(name_, "total_iters", total_iters, where);
  begin(last_epoch, where);
}
std::vector<double> LinearLR::get_lr() {
  if (last_epoch_ == 0) return scaled(start_factor_);
  if (initial_ || last_epoch_ > total_iters_) return current();
  const double rise = end_factor_ - start_factor_;
  return scaled(
      1 + rise / (static_cast<double>(total_iters_) * start_factor_ + static_cast<double>(last_epoch_ - 1) * rise));
}
std::optional<std::vector<double>> LinearLR::closed_form() const {
  const double done =
      total_iters_ == 0 ? 1
                        : static_cast<double>(std::min(total_iters_, last_epoch_)) / static_cast<double>(total_iters_);
  return base_scaled(start_factor_ + (end_factor_ - start_factor_) * done);
}
std::vector<LRScheduler::Field> LinearLR::fields() {
  return {field("start_factor", start_factor_), field("end_factor", end_factor_), field("total_iters", total_iters_)};
}

ExponentialLR::ExponentialLR(Optimizer& optimizer, double gamma, std::int64_t last_epoch, Location where)
    : LRScheduler("ExponentialLR", optimizer), gamma_(gamma) {
  Hyperparameters(name_, where).not_negative("gamma", gamma);
  begin(last_epoch, where);
}
std::vector<double> ExponentialLR::get_lr() { return initial_ ? current() : scaled(gamma_); }
std::optional<std::vector<double>> ExponentialLR::closed_form() const {
  return base_scaled(std::pow(gamma_, static_cast<double>(last_epoch_)));
}
std::vector<LRScheduler::Field> ExponentialLR::fields() { return {field("gamma", gamma_)}; }

PolynomialLR::PolynomialLR(Optimizer& optimizer, std::int64_t total_iters, double power, std::int64_t last_epoch,
                           Location where)
    : LRScheduler("PolynomialLR", optimizer), total_iters_(total_iters), power_(power) {
  require_count(name_, "total_iters", total_iters, where);
  Hyperparameters(name_, where).not_negative("power", power);
  begin(last_epoch, where);
}
std::vector<double> PolynomialLR::get_lr() {
  if (initial_ || last_epoch_ > total_iters_) return current();
  const auto total = static_cast<double>(total_iters_), epoch = static_cast<double>(last_epoch_);
  return scaled(std::pow((1 - epoch / total) / (1 - (epoch - 1) / total), power_));
}
std::optional<std::vector<double>> PolynomialLR::closed_form() const {
  const auto total = static_cast<double>(std::max<std::int64_t>(total_iters_, 1));
  return base_scaled(std::pow(1 - static_cast<double>(std::min(total_iters_, last_epoch_)) / total, power_));
}
std::vector<LRScheduler::Field> PolynomialLR::fields() {
  return {field("total_iters", total_iters_), field("power", power_)};
}

CosineAnnealingLR::CosineAnnealingLR(Optimizer& optimizer, std::int64_t T_max, double eta_min, std::int64_t last_epoch,
                                     Location where)
    : LRScheduler("CosineAnnealingLR", optimizer), T_max_(T_max), eta_min_(eta_min) {
  require_positive(name_, "T_max", T_max, where);
  Hyperparameters(name_, where).not_negative("eta_min", eta_min);
  begin(last_epoch, where);
}
std::vector<double> CosineAnnealingLR::get_lr() {
  if (initial_) return current();
  const auto length = static_cast<double>(T_max_), epoch = static_cast<double>(last_epoch_);
  std::vector<double> rates = current();
  for (std::size_t g = 0; g < rates.size(); ++g)
    if (step_count_ == 1 && last_epoch_ > 0)
      rates[g] = eta_min_ + (base_lrs_[g] - eta_min_) * (1 + std::cos(epoch * pi / length)) / 2;
    else if ((last_epoch_ - 1 - T_max_) % (2 * T_max_) == 0)
      rates[g] += (base_lrs_[g] - eta_min_) * (1 - std::cos(pi / length)) / 2;
    else
      rates[g] =
          (1 + std::cos(pi * epoch / length)) / (1 + std::cos(pi * (epoch - 1) / length)) * (rates[g] - eta_min_) +
          eta_min_;
  return rates;
}
std::optional<std::vector<double>> CosineAnnealingLR::closed_form() const {
  std::vector<double> rates = base_lrs_;
  for (double& rate : rates)
    rate = eta_min_ +
           (rate - eta_min_) * (1 + std::cos(pi * static_cast<double>(last_epoch_) / static_cast<double>(T_max_))) / 2;
  return rates;
}
std::vector<LRScheduler::Field> CosineAnnealingLR::fields() {
  return {field("T_max", T_max_), field("eta_min", eta_min_)};
}

CosineAnnealingWarmRestarts::CosineAnnealingWarmRestarts(Optimizer& optimizer, std::int64_t T_0, std::int64_t T_mult,
                                                         double eta_min, std::int64_t last_epoch, Location where)
    : LRScheduler("CosineAnnealingWarmRestarts", optimizer),
      T_0_(T_0),
      T_i_(T_0),
      T_mult_(T_mult),
      eta_min_(eta_min),
      T_cur_(static_cast<double>(last_epoch)) {
  require_positive(name_, "T_0", T_0, where);
  require_positive(name_, "T_mult", T_mult, where);
  Hyperparameters(name_, where).not_negative("eta_min", eta_min);
  begin(last_epoch, where);
}
std::vector<double> CosineAnnealingWarmRestarts::get_lr() {
  std::vector<double> rates = base_lrs_;
  for (double& rate : rates)
    rate = eta_min_ + (rate - eta_min_) * (1 + std::cos(pi * T_cur_ / static_cast<double>(T_i_))) / 2;
  return rates;
}
void CosineAnnealingWarmRestarts::step(Location where) {
  if (last_epoch_ < 0) return step(0.0, where);
  check_groups(where);
  const auto before = std::pair(T_cur_, T_i_);
  T_cur_ += 1;
  if (T_cur_ >= static_cast<double>(T_i_)) {
    T_cur_ = std::fmod(T_cur_, static_cast<double>(T_i_));
    T_i_ *= T_mult_;
  }
  try {
    update({}, where);
  } catch (...) {
    std::tie(T_cur_, T_i_) = before;
    throw;
  }
}
void CosineAnnealingWarmRestarts::step(double epoch, Location where) {
  check_groups(where);
  Hyperparameters(name_, where).not_negative("epoch", epoch);
  if (epoch >= 0x1p53) fail("epoch is no number that is counted to", number_text(epoch), "", where);
  const auto first = static_cast<double>(T_0_), factor = static_cast<double>(T_mult_);
  if (epoch < first) {
    T_i_ = T_0_;
    T_cur_ = epoch;
  } else if (T_mult_ == 1) {
    T_cur_ = std::fmod(epoch, first);
  } else {
    const double n = std::trunc(std::log(epoch / first * (factor - 1) + 1) / std::log(factor));
    T_cur_ = epoch - first * (std::pow(factor, n) - 1) / (factor - 1);
    T_i_ = Scalar(first * std::pow(factor, n)).to_int();
  }
  last_epoch_ = static_cast<std::int64_t>(epoch);
  set_rates(get_lr(), {}, where);
}
std::vector<LRScheduler::Field> CosineAnnealingWarmRestarts::fields() {
  return {field("T_0", T_0_), field("T_i", T_i_), field("T_mult", T_mult_), field("eta_min", eta_min_),
          field("T_cur", T_cur_)};
}

}  // namespace triptych::eager::optim::lr_scheduler
