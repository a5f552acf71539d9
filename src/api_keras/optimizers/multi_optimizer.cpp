#include "api_keras/optimizers/multi_optimizer.h"

#include <algorithm>
#include <regex>

#include "api_keras/optimizers/loss_scale.h"
#include "api_keras/saving/objects.h"
#include "core/ops/update/composed.h"
#include "core/support/hyperparameter.h"
#include "core/support/printable.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

std::string name_of(const MultiOptimizerOptions& options) {
  return options.name.empty() ? "multi_optimizer" : std::string(options.name);
}

[[noreturn]] void no_rate(Location where) {
  throw ArgumentError("MultiOptimizer", "it has no learning rate", "its optimizers have", "Ask the optimizer of a part",
                      where);
}

bool scales_loss(const Optimizer& optimizer) {
  const Json config = Json::parse(optimizer.base().config());
  return config.contains("loss_scale_factor") && !config["loss_scale_factor"].is_null();
}

}  // namespace

MultiOptimizer::MultiOptimizer(OptimizerMap map, const MultiOptimizerOptions& options, Location where)
    : OptimizerBase(name_of(options), 0.0, where),
      map_(std::move(map)),
      loss_scale_factor_(options.loss_scale_factor),
      where_(where) {
  if (loss_scale_factor_) Hyperparameters("MultiOptimizer", where).positive("loss_scale_factor", *loss_scale_factor_);
  for (const auto& [pattern, optimizer] : map_.optimizer_map) {
    check_pattern(pattern);
    keep(optimizer);
  }
  keep(map_.default_optimizer);
}

std::string MultiOptimizer::config() const {
  Json parts = Json::object();
  for (const auto& [pattern, optimizer] : map_.optimizer_map) parts[valid_utf8(pattern)] = optimizer_object(optimizer);
  const Json map = object_of_class(
      "keras.optimizers", "OptimizerMap", "",
      {{"default_optimizer", optimizer_object(map_.default_optimizer)}, {"optimizer_map", std::move(parts)}});
  return Json{{"optimizer_map", map}, {"loss_scale_factor", loss_scale_factor_ ? Json(*loss_scale_factor_) : Json()}}
      .dump();
}

void MultiOptimizer::build(std::span<const Tensor> parameters, std::span<const std::string> paths) {
  OptimizerBase::build(parameters, paths);
  std::vector<std::vector<Tensor>> parts(inner_.size());
  std::vector<std::vector<std::string>> their_paths(inner_.size());
  for (const Tensor& parameter : parameters) {
    const std::size_t place = place_of(parameter);
    parts[place].push_back(parameter);
    their_paths[place].push_back(path_of(parameter));
  }
  for (std::size_t i = 0; i < inner_.size(); ++i)
    if (!parts[i].empty()) inner_[i].base().build(parts[i], their_paths[i]);
}

void MultiOptimizer::apply(std::span<const Tensor> gradients, std::span<const Tensor> parameters) {
  std::vector<std::vector<Tensor>> parts(inner_.size()), their_gradients(inner_.size());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::size_t place = place_of(parameters[i]);
    parts[place].push_back(parameters[i]);
    their_gradients[place].push_back(loss_scale_factor_ ? gradients[i] / *loss_scale_factor_ : gradients[i]);
  }
  for (std::size_t i = 0; i < inner_.size(); ++i)
    if (!parts[i].empty()) inner_[i].base().apply(their_gradients[i], parts[i]);
  assign_unless_skipped(iterations_, iterations_ + 1);
}

Tensor MultiOptimizer::scale_loss(const Tensor& loss) const {
  return loss_scale_factor_ ? loss * *loss_scale_factor_ : loss;
}

double MultiOptimizer::learning_rate() const { no_rate(where_); }
void MultiOptimizer::set_learning_rate(double, Location where) { no_rate(where); }

std::vector<std::pair<std::string, Tensor>> MultiOptimizer::variables() const {
  std::vector<std::pair<std::string, Tensor>> all{{"iteration", iterations_}};
  for (const Optimizer& optimizer : inner_)
    for (auto& [name, value] : optimizer.base().variables()) all.emplace_back(optimizer.name() + "/" + name, value);
  return all;
}

std::vector<OptimizerBase::Slot> MultiOptimizer::slots() const {
  std::vector<Slot> all;
  for (const Optimizer& optimizer : inner_)
    for (Slot& slot : optimizer.base().slots()) all.push_back(std::move(slot));
  return all;
}

void MultiOptimizer::finalize_variable_values(std::span<const Tensor> parameters) {
  std::vector<std::vector<Tensor>> parts(inner_.size());
  for (const Tensor& parameter : parameters) parts[place_of(parameter)].push_back(parameter);
  for (std::size_t i = 0; i < inner_.size(); ++i)
    if (!parts[i].empty()) inner_[i].base().finalize_variable_values(parts[i]);
}

void MultiOptimizer::exclude_from_weight_decay(std::span<const Tensor> var_list, std::span<const std::string> var_names,
                                               Location where) {
  for (const Optimizer& optimizer : inner_) optimizer.base().exclude_from_weight_decay(var_list, var_names, where);
}

void MultiOptimizer::check_pattern(const std::string& pattern) const {
  const auto fail = [&](const char* wrong) {
    throw ArgumentError("MultiOptimizer", wrong, "'" + printable(pattern) + "'", "", where_);
  };
  const auto same = [&](const auto& entry) { return entry.first == pattern; };
  if (std::count_if(map_.optimizer_map.begin(), map_.optimizer_map.end(), same) > 1) fail("a pattern stands twice");
  try {
    static_cast<void>(std::regex(pattern));
  } catch (const std::regex_error&) {
    fail("a pattern is no regular expression");
  }
}

/// An optimizer that stands in several places is one.
void MultiOptimizer::keep(const Optimizer& optimizer) {
  const auto fail = [&](const char* wrong, const char* hint) {
    throw ArgumentError("MultiOptimizer", wrong, "'" + optimizer.name() + "'", hint, where_);
  };
  if (dynamic_cast<MultiOptimizer*>(&optimizer.base()) || is_loss_scale_optimizer(optimizer))
    fail("a part has an optimizer around others", "");
  if (scales_loss(optimizer))
    fail("the optimizer of a part has a loss_scale_factor", "The loss is one: give it to MultiOptimizer");
  if (place_of(optimizer) == inner_.size()) inner_.push_back(optimizer);
}

std::size_t MultiOptimizer::place_of(const Optimizer& optimizer) const {
  const auto same = [&](const Optimizer& other) { return &other.base() == &optimizer.base(); };
  return static_cast<std::size_t>(std::find_if(inner_.begin(), inner_.end(), same) - inner_.begin());
}

std::size_t MultiOptimizer::place_of(const Tensor& parameter) const {
  const std::string& path = path_of(parameter);
  const Optimizer* found = nullptr;
  for (const auto& [pattern, optimizer] : map_.optimizer_map) {
    if (pattern == path) return place_of(optimizer);
    if (!std::regex_match(path, std::regex(pattern))) continue;
    if (found)
      throw ArgumentError("MultiOptimizer", "several patterns have a weight", "'" + printable(path) + "'", "", where_);
    found = &optimizer;
  }
  return place_of(found ? *found : map_.default_optimizer);
}

Optimizer optimizers::MultiOptimizer(OptimizerMap optimizer_map, MultiOptimizerOptions options, Location where) {
  const Frame frame(where);
  return Optimizer(std::make_shared<keras::MultiOptimizer>(std::move(optimizer_map), options, where), where);
}

}  // namespace triptych::keras
