#include "api_keras/optimizers/rule_optimizer.h"

#include <algorithm>
#include <map>

#include "api_keras/access.h"
#include "core/dispatch/backend.h"
#include "core/dispatch/update_batch.h"
#include "core/graph/graph.h"
#include "core/ops/update/clip_norm.h"
#include "core/ops/update/composed.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/autograd.h"
#include "triptych/core/error.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/loss_scaling.h"

namespace triptych::keras {
namespace {

Tensor state(double value, DType dtype) {
  RunNow now;
  Tensor result = full({}, value, dtype);
  mark_state(result);
  return result;
}

const Rule& checked(const Rule& rule, Location where) {
  const CommonOptions& o = rule.options;
  const Hyperparameters check(rule.class_name, where);
  check.not_negative("learning_rate", rule.learning_rate.value());
  const auto fail = [&](const char* wrong, const std::string& given, const char* hint) {
    throw ArgumentError(rule.class_name, wrong, given, hint, where);
  };
  check.not_negative("weight_decay", o.weight_decay);
  int ways = 0;
  for (const auto& [name, value] :
       {std::pair("clipnorm", o.clipnorm), {"clipvalue", o.clipvalue}, {"global_clipnorm", o.global_clipnorm}})
    if (value) {
      check.not_negative(name, *value);
      ++ways;
    }
  if (ways > 1)
    fail("gradients are clipped in several ways", std::to_string(ways),
         "Give one of clipnorm, clipvalue and global_clipnorm");
  check.share("ema_momentum", o.ema_momentum);
  if (o.ema_overwrite_frequency && *o.ema_overwrite_frequency < 1)
    fail("ema_overwrite_frequency is not positive", std::to_string(*o.ema_overwrite_frequency), "");
  if (o.gradient_accumulation_steps && *o.gradient_accumulation_steps < 2)
    fail("gradient_accumulation_steps is below 2", std::to_string(*o.gradient_accumulation_steps), "");
  if (o.loss_scale_factor) check.positive("loss_scale_factor", *o.loss_scale_factor);
  return rule;
}

std::string name_of(const Rule& rule) {
  const std::string given = rule.options.name;
  return given.empty() ? rule.name : given;
}

}  // namespace

RuleOptimizer::RuleOptimizer(Rule rule, Location where)
    : OptimizerBase(name_of(checked(rule, where)), rule.learning_rate, where), rule_(std::move(rule)) {
  for (const auto& [name, start] : rule_.numbers) numbers_.push_back(state(start, float64));
}

std::vector<std::string> RuleOptimizer::slot_names() const {
  std::vector<std::string> names;
  if (rule_.options.use_ema) names.emplace_back("average");
  if (rule_.options.gradient_accumulation_steps) names.emplace_back("gradient_accumulator");
  for (const RuleSlot& slot : rule_.slots) names.push_back(slot.name);
  return names;
}

int RuleOptimizer::slot_group(std::size_t slot) const {
  const auto first = static_cast<int>(first_slot());
  return slot < first_slot() ? static_cast<int>(slot) : first + rule_.slots[slot - first_slot()].group;
}

Tensor RuleOptimizer::make_slot(std::size_t slot, const Tensor& parameter, const std::string& path) const {
  if (slot >= first_slot())
    if (const auto& make = rule_.slots[slot - first_slot()].make) return make(parameter, path);
  return OptimizerBase::make_slot(slot, parameter, path);
}

void RuleOptimizer::build(std::span<const Tensor> parameters, std::span<const std::string> paths) {
  OptimizerBase::build(parameters, paths);
}

std::int64_t RuleOptimizer::iterations() const {
  return OptimizerBase::iterations() / rule_.options.gradient_accumulation_steps.value_or(1);
}

Tensor RuleOptimizer::iteration_count() const {
  const auto accumulated = rule_.options.gradient_accumulation_steps;
  return accumulated ? floor_divide(iterations_, *accumulated) : Tensor(iterations_);
}

std::vector<std::pair<std::string, Tensor>> RuleOptimizer::variables() const {
  auto all = OptimizerBase::variables();
  for (std::size_t i = 0; i < numbers_.size(); ++i) all.emplace_back(rule_.numbers[i].first, numbers_[i]);
  return all;
}

std::vector<OptimizerBase::Slot> RuleOptimizer::slots() const {
  std::vector<Slot> all = OptimizerBase::slots();
  if (!all.empty())  // files name state after a parameter
    for (std::size_t i = 0; i < numbers_.size(); ++i)
      all.push_back({rule_.numbers[i].first, all.front().parameter, numbers_[i]});
  return all;
}

Tensor RuleOptimizer::scale_loss(const Tensor& loss) const {
  return rule_.options.loss_scale_factor ? loss * *rule_.options.loss_scale_factor : loss;
}

void RuleOptimizer::exclude_from_weight_decay(std::span<const Tensor> var_list, std::span<const std::string> var_names,
                                              Location where) {
  if (built())
    throw ArgumentError(name(), "the optimizer is built already", "exclude_from_weight_decay after the first step",
                        "Call it before", where);
  for (const Tensor& variable : var_list)
    if (!variable.defined())
      throw ArgumentError(name(), "a weight is undefined", "a default-constructed Tensor", "", where);
  std::string pattern;
  for (const std::string& part : var_names) pattern += (pattern.empty() ? "" : "|") + part;
  std::optional<std::regex> names;
  try {
    if (!pattern.empty()) names.emplace(pattern);
  } catch (const std::regex_error&) {
    throw ArgumentError(name(), "a name is no regular expression", "'" + pattern + "'", "", where);
  }
  excluded_.assign(var_list.begin(), var_list.end());
  excluded_names_ = std::move(names);
}

double RuleOptimizer::decay_of(const Tensor& parameter) const {
  const std::string& path = path_of(parameter);
  if (std::any_of(excluded_.begin(), excluded_.end(), [&](const Tensor& t) { return t.is_same(parameter); })) return 0;
  if (excluded_names_ && std::regex_search(path.substr(path.rfind('/') + 1), *excluded_names_)) return 0;
  return rule_.decay ? rule_.decay(parameter, path) : rule_.options.weight_decay;
}

std::vector<Tensor> RuleOptimizer::clipped(std::vector<Tensor> gradients) const {
  const CommonOptions& o = rule_.options;
  if (o.clipnorm && *o.clipnorm > 0)
    for (Tensor& gradient : gradients) gradient = clipped_by_norm(gradient, *o.clipnorm);
  else if (o.global_clipnorm && *o.global_clipnorm > 0)
    gradients = clipped_by_global_norm(gradients, *o.global_clipnorm, global_norm_of(gradients));
  else if (o.clipvalue && *o.clipvalue > 0)
    for (Tensor& gradient : gradients) gradient = clip(gradient, -*o.clipvalue, *o.clipvalue);
  return gradients;
}

std::vector<RuleOptimizer::Part> RuleOptimizer::split(std::span<const Tensor> parameters, const Tensor& count) {
  std::map<double, Part> by_decay;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    Part& part = by_decay[decay_of(parameters[i])];
    part.parameters.push_back(parameters[i]);
    part.places.push_back(i);
  }
  std::vector<Part> parts;
  for (auto& [decay, part] : by_decay) {
    part.decay = decay;
    parts.push_back(std::move(part));
  }
  // Each part counts for itself, the last one for the optimizer if an update is a call.
  for (std::size_t i = 0; i < parts.size(); ++i) {
    parts[i].count = iterations_;
    if (!rule_.counts || (i + 1 == parts.size() && !rule_.options.gradient_accumulation_steps)) continue;
    if (i == own_counts_.size()) own_counts_.push_back(state(0, int64));
    if (own_counts_[i].device() != iterations_.device()) {
      RunNow now;
      set_data(own_counts_[i], on_device(own_counts_[i], iterations_.device()));
    }
    parts[i].count = own_counts_[i];
    assign(own_counts_[i], count);
  }
  return parts;
}

void RuleOptimizer::update(const std::vector<Part>& parts, const std::vector<Tensor>& gradients) {
  for (const Part& part : parts) {
    std::vector<Tensor> some;
    for (const std::size_t place : part.places) some.push_back(gradients[place]);
    const std::vector<Tensor> steps(part.parameters.size(), part.count);
    const auto slot = [&](std::size_t number) { return slots_of(first_slot() + number, part.parameters); };
    rule_.update({part.parameters, some, steps, current_rate(), part.decay, slot, numbers_});
  }
  if (!rule_.counts && !rule_.options.gradient_accumulation_steps) assign_unless_skipped(iterations_, iterations_ + 1);
}

void RuleOptimizer::update_averages(std::span<const Tensor> parameters, const Tensor& before) {
  const CommonOptions& o = rule_.options;
  const std::vector<Tensor> averages = slots_of(average_slot(), parameters);
  const Tensor momentum = cast(not_equal(before, 0), float64) * o.ema_momentum;
  Tensor overwrite;
  if (o.ema_overwrite_frequency) overwrite = equal(remainder(before + 1, *o.ema_overwrite_frequency), 0);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Tensor kept = cast(momentum, parameters[i].dtype());
    const Tensor average = averages[i] * kept + parameters[i] * (1 - kept);
    if (overwrite.defined()) assign_unless_skipped(parameters[i], where(overwrite, average, parameters[i]));
    assign_unless_skipped(averages[i], average);
  }
}

void RuleOptimizer::apply(std::span<const Tensor> given, std::span<const Tensor> parameters) {
  const CommonOptions& o = rule_.options;
  if (given.size() != parameters.size())
    throw ArgumentError(name(), "the number of gradients is not that of the weights",
                        std::to_string(given.size()) + " gradients, " + std::to_string(parameters.size()) + " weights");
  std::vector<Tensor> gradients(given.begin(), given.end());
  if (o.loss_scale_factor)
    for (Tensor& gradient : gradients) gradient = gradient / *o.loss_scale_factor;
  const Tensor count = iteration_count();
  const std::vector<Part> parts = split(parameters, count);
  // Averages are of the new weights, which must be there then.
  std::optional<UpdateBatch> batch;
  if (!o.use_ema) batch.emplace();
  if (!o.gradient_accumulation_steps) {
    update(parts, clipped(std::move(gradients)));
    if (o.use_ema) update_averages(parameters, iterations_ - 1);
  } else {
    const std::vector<Tensor> accumulators = slots_of(accumulator_slot(), parameters);
    const Tensor wait = not_equal(remainder(iterations_ + 1, *o.gradient_accumulation_steps), 0);
    std::vector<Tensor> sums;
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      sums.push_back(gradients[i] + accumulators[i]);
      gradients[i] = sums[i] / *o.gradient_accumulation_steps;
    }
    {
      const Tensor* outer = SkipUpdates::current();
      const Tensor skip = cast(wait, float32);
      const SkipUpdates waiting(outer ? maximum(to(*outer, skip.device()), skip) : skip);
      update(parts, clipped(std::move(gradients)));
    }
    for (std::size_t i = 0; i < sums.size(); ++i)
      assign_unless_skipped(accumulators[i], where(wait, sums[i], zeros_like(sums[i])));
    if (o.use_ema) update_averages(parameters, count);
    assign_unless_skipped(iterations_, iterations_ + 1);
  }
  if (batch) batch->run();
}

void RuleOptimizer::finalize_variable_values(std::span<const Tensor> parameters) {
  if (!rule_.options.use_ema || rule_.options.ema_overwrite_frequency || !built()) return;
  RunNow now;
  const std::vector<Tensor> averages = slots_of(average_slot(), parameters);
  UpdateBatch batch;
  for (std::size_t i = 0; i < parameters.size(); ++i) assign(parameters[i], averages[i]);
  batch.run();
}

}  // namespace triptych::keras
