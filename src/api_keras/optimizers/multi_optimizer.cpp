#include "triptych/keras/optimizers/multi_optimizer.h"

#include <algorithm>
#include <regex>

#include "api_keras/optimizers/loss_scale.h"
#include "core/ops/update/composed.h"
#include "core/support/printable.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

std::string name_of(const MultiOptimizerOptions& options) {
  return options.name.empty() ? "multi_optimizer" : std::string(options.name);
}

class MultiOptimizer : public OptimizerBase {
 public:
  MultiOptimizer(OptimizerMap map, const MultiOptimizerOptions& options, Location where)
      : OptimizerBase(name_of(options), 0.0, where), map_(std::move(map)), where_(where) {
    for (const auto& [pattern, optimizer] : map_.optimizer_map) {
      check_pattern(pattern);
      keep(optimizer);
    }
    keep(map_.default_optimizer);
  }

  void build(std::span<const Tensor> parameters, std::span<const std::string> paths) override {
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

  void apply(std::span<const Tensor> gradients, std::span<const Tensor> parameters) override {
    std::vector<std::vector<Tensor>> parts(inner_.size()), their_gradients(inner_.size());
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const std::size_t place = place_of(parameters[i]);
      parts[place].push_back(parameters[i]);
      their_gradients[place].push_back(gradients[i]);
    }
    for (std::size_t i = 0; i < inner_.size(); ++i)
      if (!parts[i].empty()) inner_[i].base().apply(their_gradients[i], parts[i]);
    assign_unless_skipped(iterations_, iterations_ + 1);
  }

  double learning_rate() const override { no_rate(where_); }
  void set_learning_rate(double, Location where) override { no_rate(where); }
  std::vector<std::pair<std::string, Tensor>> variables() const override {
    std::vector<std::pair<std::string, Tensor>> all{{"iteration", iterations_}};
    for (const Optimizer& optimizer : inner_)
      for (auto& [name, value] : optimizer.base().variables()) all.emplace_back(optimizer.name() + "/" + name, value);
    return all;
  }
  std::vector<Slot> slots() const override {
    std::vector<Slot> all;
    for (const Optimizer& optimizer : inner_)
      for (Slot& slot : optimizer.base().slots()) all.push_back(std::move(slot));
    return all;
  }
  void finalize_variable_values(std::span<const Tensor> parameters) override {
    std::vector<std::vector<Tensor>> parts(inner_.size());
    for (const Tensor& parameter : parameters) parts[place_of(parameter)].push_back(parameter);
    for (std::size_t i = 0; i < inner_.size(); ++i)
      if (!parts[i].empty()) inner_[i].base().finalize_variable_values(parts[i]);
  }
  void exclude_from_weight_decay(std::span<const Tensor> var_list, std::span<const std::string> var_names,
                                 Location where) override {
    for (const Optimizer& optimizer : inner_) optimizer.base().exclude_from_weight_decay(var_list, var_names, where);
  }

 private:
  [[noreturn]] static void no_rate(Location where) {
    throw ArgumentError("MultiOptimizer", "it has no learning rate", "its optimizers have",
                        "Ask the optimizer of a part", where);
  }

  void check_pattern(const std::string& pattern) const {
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
  void keep(const Optimizer& optimizer) {
    if (dynamic_cast<MultiOptimizer*>(&optimizer.base()) || is_loss_scale_optimizer(optimizer))
      throw ArgumentError("MultiOptimizer", "a part has an optimizer around others", "'" + optimizer.name() + "'", "",
                          where_);
    if (place_of(optimizer) == inner_.size()) inner_.push_back(optimizer);
  }
  std::size_t place_of(const Optimizer& optimizer) const {
    const auto same = [&](const Optimizer& other) { return &other.base() == &optimizer.base(); };
    return static_cast<std::size_t>(std::find_if(inner_.begin(), inner_.end(), same) - inner_.begin());
  }
  std::size_t place_of(const Tensor& parameter) const {
    const std::string& path = path_of(parameter);
    const Optimizer* found = nullptr;
    for (const auto& [pattern, optimizer] : map_.optimizer_map) {
      if (pattern == path) return place_of(optimizer);
      if (!std::regex_match(path, std::regex(pattern))) continue;
      if (found)
        throw ArgumentError("MultiOptimizer", "several patterns have a weight", "'" + printable(path) + "'", "",
                            where_);
      found = &optimizer;
    }
    return place_of(found ? *found : map_.default_optimizer);
  }

  OptimizerMap map_;
  Location where_;
  std::vector<Optimizer> inner_;
};

}  // namespace

Optimizer optimizers::MultiOptimizer(OptimizerMap optimizer_map, MultiOptimizerOptions options, Location where) {
  const Frame frame(where);
  return Optimizer(std::make_shared<keras::MultiOptimizer>(std::move(optimizer_map), options, where), where);
}

}  // namespace triptych::keras
