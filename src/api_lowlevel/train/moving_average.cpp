#include <algorithm>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "api_lowlevel/graph/side.h"
#include "api_lowlevel/train/own_scope.h"
#include "core/graph/graph.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/error.h"
#include "triptych/core/ops.h"
#include "triptych/lowlevel/train.h"

namespace triptych::lowlevel::train {
namespace {

/// A variable's first value is drawn once: the initializer of its shadow gives what the variable's own gave last on
/// this thread, since a run initializes variables in the order of their creation.
Initializer shared_initializer(const Tensor& variable) {
  struct Drawn {
    std::mutex mutex;
    std::unordered_map<std::thread::id, Tensor> values;
  };
  auto drawn = std::make_shared<Drawn>();
  const auto& attributes = variable.impl()->node->attributes_as<VariableAttributes>();
  const Initializer original = *attributes.initializer;
  *attributes.initializer = [drawn, original](const Shape& shape, DType dtype) {
    Tensor value = original(shape, dtype);
    const std::lock_guard lock(drawn->mutex);
    drawn->values[std::this_thread::get_id()] = value.clone();
    return value;
  };
  return [drawn, original](const Shape& shape, DType dtype) {
    const std::lock_guard lock(drawn->mutex);
    const auto found = drawn->values.find(std::this_thread::get_id());
    return found == drawn->values.end() ? original(shape, dtype) : found->second.clone();
  };
}

bool is_variable(const Tensor& tensor) { return tensor.impl()->node->op == &variable_op; }

/// A variable that starts as `variable` does.
Variable shadow_of(const Graph& graph, const Tensor& variable, const std::string& name, const VariableOptions& options,
                   Location where) {
  const Tensor computed = first_value_of(*variable.impl()->node);
  if (computed.defined()) return graph.variable(name, computed, options, where);
  return graph.variable(name, variable.shape(), shared_initializer(variable), options, where);
}

std::string name_with(const Tensor& tensor, const std::string& name) {
  return describe(*tensor.impl()->node) + "/" + name;
}

}  // namespace

struct ExponentialMovingAverage::State {
  struct Entry {
    Tensor of;
    Variable shadow, biased, step;  // the last two of a debiased one
  };
  double decay;
  ExponentialMovingAverageOptions options;
  std::vector<Entry> entries;

  Entry* find(const Tensor& tensor) {
    for (Entry& entry : entries)
      if (entry.of.impl()->node == tensor.impl()->node && entry.of.impl()->output == tensor.impl()->output)
        return &entry;
    return nullptr;
  }
};

ExponentialMovingAverage::ExponentialMovingAverage(double decay, const ExponentialMovingAverageOptions& options,
                                                   Location where)
    : state_(new State{decay, options, {}}) {
  Hyperparameters("ExponentialMovingAverage", where).share("decay", decay);
}
ExponentialMovingAverage::~ExponentialMovingAverage() = default;

Tensor ExponentialMovingAverage::apply(const Graph& graph, Location where) {
  std::vector<Tensor> all;
  for (const Variable& variable : graph.trainable_variables()) all.push_back(variable);
  return apply(TensorList(all), where);
}

Tensor ExponentialMovingAverage::apply(const TensorList& var_list, Location where) {
  const char* const op = "ExponentialMovingAverage";
  if (var_list.empty()) throw ArgumentError(op, "there is no variable", "an empty list", "", where);
  for (const Tensor& variable : var_list)
    if (!variable.defined() || !variable.is_symbolic() || !is_floating(variable.dtype()))
      throw ArgumentError(op, "a tensor is not a floating-point tensor of a graph",
                          variable.defined() ? std::string(dtype_name(variable.dtype())) : "an undefined tensor", "",
                          where);
  const Frame frame(where);
  const std::string name = state_->options.name;
  const Graph graph = graph_of(var_list.tensors()[0]);
  std::vector<Tensor> updates;
  for (const Tensor& variable : var_list) {
    if (!state_->find(variable)) {
      const OwnScope scope(graph.impl(), {});
      const bool of_variable = is_variable(variable);
      const Initializer zero = [](const Shape& shape, DType dtype) { return zeros(shape, dtype); };
      const VariableOptions options{.dtype = variable.dtype(), .trainable = false};
      const std::string shadow = name_with(variable, name);
      State::Entry entry{variable,
                         of_variable ? shadow_of(graph, variable, shadow, options, where)
                                     : graph.variable(shadow, variable.shape(), zero, options, where),
                         {},
                         {}};
      if (!of_variable && state_->options.zero_debias) {
        entry.biased = graph.variable(name_with(variable, name) + "/biased", variable.shape(), zero, options, where);
        entry.step = graph.variable(name_with(variable, name) + "/local_step", {}, zero,
                                    {.dtype = float64, .trainable = false}, where);
      }
      state_->entries.push_back(std::move(entry));
      if (of_variable) add_to_collection(GraphKeys::MOVING_AVERAGE_VARIABLES, variable, where);
    }
    const State::Entry& entry = *state_->find(variable);
    const Tensor& count = state_->options.num_updates;
    Tensor kept;
    if (count.defined()) {
      const Tensor n = cast(count, float64);
      kept = minimum((n + 1) / (n + 10), state_->decay);
    }
    const auto share = [&](const Tensor& x) {
      return kept.defined() ? x * cast(1 - kept, x.dtype()) : x * (1 - state_->decay);
    };
    if (!entry.step.defined()) {
      updates.push_back(entry.shadow.assign_sub(share(entry.shadow - variable)));
      continue;
    }
    const Tensor biased = entry.biased.assign_sub(share(entry.biased - variable));
    const Tensor step = entry.step.assign_add(1.0);
    const Tensor power = kept.defined() ? pow(kept, step) : pow(state_->decay, step);
    updates.push_back(entry.shadow.assign(biased / cast(1 - power, biased.dtype())));
  }
  return group(updates, name, where);
}

Variable ExponentialMovingAverage::average(const Tensor& var) const {
  if (!var.defined() || !var.is_symbolic()) return {};
  const State::Entry* entry = state_->find(var);
  return entry ? entry->shadow : Variable();
}

std::string ExponentialMovingAverage::average_name(const Tensor& var, Location where) const {
  if (!var.defined() || !var.is_symbolic())
    throw ArgumentError("average_name", "the tensor is not of a graph", "a concrete or undefined tensor", "", where);
  const Variable shadow = average(var);
  return shadow.defined() ? shadow.name(where) : name_with(var, state_->options.name);
}

std::map<std::string, Variable> ExponentialMovingAverage::variables_to_restore(
    const Graph& graph, const std::vector<Variable>& moving_avg_variables, Location where) const {
  const std::vector<Variable> averaged =
      moving_avg_variables.empty() ? graph.trainable_variables() : moving_avg_variables;
  std::map<std::string, Variable> result;
  for (const Variable& variable : averaged) result[average_name(variable, where)] = variable;
  for (const Variable& variable : graph.variables()) {
    const bool has_average =
        std::any_of(averaged.begin(), averaged.end(), [&](const Variable& v) { return v.name() == variable.name(); });
    if (!has_average) result.emplace(variable.name(), variable);
  }
  return result;
}

}  // namespace triptych::lowlevel::train
