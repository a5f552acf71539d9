// What the schedulers share: when rates are set, and their state.
#include "triptych/eager/optim/lr_scheduler.h"

#include <algorithm>
#include <cmath>

#include "core/support/hyperparameter.h"
#include "triptych/core/error.h"
#include "triptych/core/ops.h"
#include "triptych/core/warning.h"

namespace triptych::eager::optim::lr_scheduler {

std::vector<double> PerGroup::of(std::size_t groups, const char* op, const char* name, Location where) const {
  const Hyperparameters check(op, where);
  for (const double value : values_) check.finite(name, value);
  if (all_ && !values_.empty()) return std::vector<double>(groups, values_[0]);  // none: it was moved from
  if (values_.size() != groups)
    throw ArgumentError(
        op, "there is not one value for each group",
        std::string(name) + " has " + std::to_string(values_.size()) + ", the optimizer " + std::to_string(groups), "",
        where);
  return values_;
}

std::vector<LRLambda> LRLambdas::of(std::size_t groups, const char* op, Location where) const {
  for (const LRLambda& function : functions_) check_callable(op, function, where);
  if (all_ && !functions_.empty()) return std::vector<LRLambda>(groups, functions_[0]);
  if (functions_.size() != groups)
    throw ArgumentError(op, "there is not one function for each group",
                        std::to_string(functions_.size()) + " functions, " + std::to_string(groups) + " groups", "",
                        where);
  return functions_;
}

LRScheduler::LRScheduler(const char* name, Optimizer& optimizer)
    : name_(name), life_(optimizer.life_), groups_at_start_(optimizer.group_count()) {}
LRScheduler::~LRScheduler() = default;

void LRScheduler::fail(std::string_view rule, std::string_view given, std::string_view hint, Location where) const {
  throw ArgumentError(name_, rule, given, hint, where);
}

Optimizer& LRScheduler::optimizer(Location where) const {
  if (!life_->optimizer)
    fail("the optimizer is gone", "its life has ended", "Keep it as long as its schedulers", where);
  return *life_->optimizer;
}

void LRScheduler::check_groups(Location where) const {
  if (optimizer(where).group_count() != groups_at_start_)
    fail("the optimizer has another number of groups than at first",
         std::to_string(optimizer(where).group_count()) + ", at first " + std::to_string(groups_at_start_),
         "Make the scheduler after the last add_param_group", where);
}

std::optional<std::vector<double>> LRScheduler::closed_form() const { return {}; }
std::vector<double> LRScheduler::momenta() { return {}; }
std::vector<LRScheduler::Field> LRScheduler::fields() { return {}; }

const char* LRScheduler::momentum_name(const Optimizer& optimizer) {
  return optimizer.has_option(0, "beta1") ? "beta1" : optimizer.has_option(0, "momentum") ? "momentum" : nullptr;
}

std::vector<double> LRScheduler::current() const {
  std::vector<double> rates;
  for (std::size_t g = 0; g < optimizer().group_count(); ++g) rates.push_back(optimizer().option(g, "lr"));
  return rates;
}
std::vector<double> LRScheduler::scaled(double factor) const {
  std::vector<double> rates = current();
  for (double& rate : rates) rate *= factor;
  return rates;
}
std::vector<double> LRScheduler::base_scaled(double factor) const {
  std::vector<double> rates = base_lrs_;
  for (double& rate : rates) rate *= factor;
  return rates;
}

void LRScheduler::set_rates(const std::vector<double>& rates, const std::vector<double>& momenta, Location where) {
  constexpr double rounding = 1e-12;  // of a plan that ends at 0
  for (const double rate : rates)
    if (!(rate >= -rounding && std::isfinite(rate)))
      fail("the plan gives a learning rate that is negative or not finite", number_text(rate),
           "epoch " + std::to_string(last_epoch_), where);
  for (const double momentum : momenta)
    if (!(momentum >= 0 && momentum < 1))
      fail("the plan gives a momentum that is outside of [0, 1)", number_text(momentum), "", where);
  Optimizer& of = optimizer(where);
  std::vector<std::pair<Optimizer::Setting, double>> settings;  // all of them are found before one is changed
  std::vector<double> last;
  for (std::size_t g = 0; g < rates.size(); ++g) {
    last.push_back(std::max(rates[g], 0.0));
    settings.emplace_back(of.find_option(g, "lr", where), last[g]);
    if (!momenta.empty()) settings.emplace_back(of.find_option(g, momentum_name(of), where), momenta[g]);
  }
  for (const auto& [setting, value] : settings) setting.set(value);
  last_lr_ = std::move(last);
}

std::vector<double> LRScheduler::initial_lrs(Location where) const {
  std::vector<double> rates;
  for (const Optimizer::Group& group : optimizer(where).groups_) {
    if (!group.initial_lr) fail("a group has no initial_lr", "the optimizer has no scheduler yet", "", where);
    rates.push_back(*group.initial_lr);
  }
  return rates;
}
void LRScheduler::set_initial(std::size_t group, double rate) const { optimizer().groups_[group].initial_lr = rate; }

void LRScheduler::begin(std::int64_t last_epoch, Location where) {
  Optimizer& of = optimizer(where);
  if (last_epoch < -1) fail("last_epoch is below -1", std::to_string(last_epoch), "", where);
  const bool fresh = last_epoch == -1;
  for (std::size_t g = 0; g < of.group_count(); ++g) {
    std::optional<double>& initial = of.groups_[g].initial_lr;
    if (!fresh && !initial)
      fail("a group has no initial_lr to go on from", "group " + std::to_string(g),
           "Load the optimizer's state first, or leave last_epoch at -1", where);
    if (!initial) initial = of.option(g, "lr", where);
    base_lrs_.push_back(*initial);
  }
  last_epoch_ = last_epoch;
  restart(where);
}

void LRScheduler::restart(Location where) {
  step_count_ = 0;
  initial_ = true;
  struct End {
    bool& flag;
    ~End() { flag = false; }
  } const end{initial_};
  step(where);
}

void LRScheduler::step(Location where) {
  const Frame frame(where);
  check_groups(where);
  if (step_count_ == 1 && life_->steps == 0)
    warn_once(name_,
              "the scheduler steps before its optimizer has stepped, so that the first learning rate is left out. Call "
              "optimizer.step() before scheduler.step().",
              where);
  ++step_count_;
  try {
    update({}, where);
  } catch (...) {
    --step_count_;
    throw;
  }
}

void LRScheduler::update(std::optional<std::int64_t> epoch, Location where) {
  const std::int64_t before = last_epoch_;
  try {
    last_epoch_ = epoch.value_or(last_epoch_ + 1);
    std::optional<std::vector<double>> rates = epoch ? closed_form() : std::nullopt;
    if (!rates) rates = get_lr();
    set_rates(*rates, momenta(), where);
  } catch (...) {
    last_epoch_ = before;
    throw;
  }
}

// --- State -----------------------------------------------------------------------------------------------------------

StateDict LRScheduler::state_dict(Location where) const {
  StateDict state;
  auto& self = const_cast<LRScheduler&>(*this);
  std::vector<Field> all = self.fields();
  all.insert(all.begin(), {field("base_lrs", self.base_lrs_), field("last_epoch", self.last_epoch_),
                           field("_step_count", self.step_count_), field("_last_lr", self.last_lr_)});
  for (const Field& f : all)
    state.add(f.name,
              f.list     ? tensor(*f.list)
              : f.number ? full({}, *f.number, float64)
              : f.whole  ? full({}, *f.whole, int64)
                         : full({}, *f.flag ? 1 : 0, int64),
              where);
  return state;
}

void LRScheduler::load_state_dict(const StateDict& state, Location where) {
  const Frame frame(where);
  std::vector<Field> all = fields();
  all.insert(all.begin(), {field("base_lrs", base_lrs_), field("last_epoch", last_epoch_),
                           field("_step_count", step_count_), field("_last_lr", last_lr_)});
  if (state.size() != all.size())
    fail("the state does not fit the scheduler",
         std::to_string(state.size()) + " entries, expected " + std::to_string(all.size()),
         "Is it the state of another scheduler?", where);
  std::vector<std::vector<double>> values;
  for (const Field& f : all) {
    const Tensor* value = state.find(f.name);
    if (!value || !value->defined())
      fail("the state lacks an entry", std::string("'") + f.name + "' is missing",
           "Is it the state of another scheduler?", where);
    if (f.list ? value->ndim() != 1 || value->numel() != static_cast<std::int64_t>(f.list->size())
               : value->numel() != 1)
      fail("an entry has another shape", std::string("'") + f.name + "' is " + value->shape().text(),
           "Is it the state of another scheduler?", where);
    values.push_back(cast(*value, float64).to_vector<double>());
    if ((f.whole || f.flag) && std::trunc(values.back()[0]) != values.back()[0])
      fail("an entry is no whole number", std::string("'") + f.name + "' is " + number_text(values.back()[0]), "",
           where);
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].list)
      *all[i].list = values[i];
    else if (all[i].number)
      *all[i].number = values[i][0];
    else if (all[i].whole)
      *all[i].whole = static_cast<std::int64_t>(values[i][0]);
    else
      *all[i].flag = values[i][0] != 0;
  }
}

}  // namespace triptych::eager::optim::lr_scheduler
