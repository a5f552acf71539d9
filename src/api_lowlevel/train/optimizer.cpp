#include "triptych/lowlevel/optimizer.h"

#include <algorithm>
#include <set>

#include "api_lowlevel/train/own_scope.h"
#include "core/autodiff/gradient_stop.h"
#include "core/graph/graph.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych::lowlevel {
namespace {

bool trains(const Node& node) {
  if (node.op == &variable_op) {
    const auto& attributes = node.attributes_as<VariableAttributes>();
    return attributes.trainable && is_floating(attributes.dtype);
  }
  return node.op == &captured_op && node.attributes_as<CapturedAttributes>().tensor.requires_grad();
}

/// All trainable state that the loss depends on, in order of creation.
std::vector<Tensor> reachable_trainables(const Tensor& loss) {
  GraphImpl& graph = *loss.impl()->graph;
  const Place root = place_of(loss);
  std::vector<Tensor> result;
  for (Node* node : needed_nodes(graph, {&root, 1}, {}))
    if (trains(*node)) result.push_back(graph.handle(*node));
  return result;
}

/// "'w1', made at train.cpp:12, is not trainable", of the first Variable of that kind that the loss depends on.
std::string frozen_variable(const Tensor& loss) {
  const Place root = place_of(loss);
  for (const Node* node : needed_nodes(*loss.impl()->graph, {&root, 1}, {}))
    if (is_state(*node->op) && is_floating(node->outputs()[0].dtype()))
      return "'" + describe(*node) + "'" + (node->where ? ", made at " + node->where.text() + "," : std::string()) +
             " is not trainable";
  return {};
}

Initializer filled(Scalar value) {
  return [value](const Shape& shape, DType dtype) { return full(shape, value, dtype); };
}

}  // namespace

struct Optimizer::State {
  std::string name;
  LearningRate learning_rate;
  struct Entry {
    const void* owner;  // the graph, or the node that the slot belongs to
    std::string name;
    Variable variable;
    bool slot;
  };
  std::vector<Entry> entries;

  Variable& find_or_make(const void* owner, std::string_view name, const auto& make, bool slot = false) {
    for (Entry& entry : entries)
      if (entry.owner == owner && entry.name == name) return entry.variable;
    entries.push_back({owner, std::string(name), make(), slot});
    return entries.back().variable;
  }
};

Optimizer::Optimizer(std::string name, const LearningRate& learning_rate, Location where)
    : state_(new State{std::move(name), learning_rate, {}}) {
  Hyperparameters(state_->name, where).not_negative("learning_rate", learning_rate.value());
  const Tensor& tensor = learning_rate.tensor();
  if (tensor.defined() && (!is_floating(tensor.dtype()) || tensor.shape(where).rank() != 0))
    throw ArgumentError(state_->name, "the learning rate is not a 0-d floating-point tensor",
                        std::string(dtype_name(tensor.dtype())) + " " + tensor.shape(where).text(), "", where);
}
Optimizer::~Optimizer() = default;

const std::string& Optimizer::get_name() const { return state_->name; }

Tensor Optimizer::minimize(const Tensor& loss, const TensorList& variables, Location where) {
  return apply_gradients(compute_gradients(loss, variables, where), where);
}
Tensor Optimizer::minimize_and_count(const Tensor& loss, const Variable& global_step, const TensorList& var_list,
                                     Location where) {
  if (global_step.defined() && is_floating(global_step.dtype())) {
    if (!var_list.empty())
      throw ArgumentError("minimize", "global_step is not an integer Variable",
                          std::string(dtype_name(global_step.dtype())), "Make it with dtype int64", where);
    return minimize(loss, TensorList(static_cast<const Tensor&>(global_step)), where);
  }
  return apply_gradients(compute_gradients(loss, var_list, where), global_step, where);
}

std::vector<GradientAndVariable> Optimizer::compute_gradients(const Tensor& loss, const TensorList& variables,
                                                              Location where) {
  if (!loss.is_symbolic())
    throw ArgumentError("minimize", "the loss is not a tensor of a graph", "a concrete or undefined tensor",
                        "Build it from placeholders and Variables", where);
  if (!is_floating(loss.dtype()))
    throw ArgumentError("minimize", "the loss is not floating-point", std::string(dtype_name(loss.dtype())), "", where);
  const std::vector<Tensor> xs = variables.empty() ? reachable_trainables(loss) : variables.tensors();
  std::vector<Tensor> gradients;
  if (!xs.empty()) gradients = lowlevel::gradients(loss, xs, {}, where);
  std::vector<GradientAndVariable> result;
  for (std::size_t i = 0; i < xs.size(); ++i)
    if (gradients[i].defined() || !variables.empty()) result.push_back({gradients[i], xs[i]});
  if (std::any_of(result.begin(), result.end(), [](const auto& entry) { return entry.gradient.defined(); }))
    return result;
  const std::string stop = xs.empty() ? std::string() : gradient_stop(loss);
  if (!stop.empty())
    throw ArgumentError("minimize", "the loss has no gradient", "'" + name_of(loss) + "'", stop, where);
  const std::string frozen = xs.empty() ? frozen_variable(loss) : std::string();
  throw ArgumentError("minimize", "the loss depends on nothing trainable",
                      "'" + name_of(loss) + "'" + (frozen.empty() ? "" : "; " + frozen),
                      "Build it from Variables with trainable = true, or from tensors that require a gradient", where);
}

Tensor Optimizer::apply_gradients(const std::vector<GradientAndVariable>& gradients, Location where) {
  const Frame frame(where);
  std::vector<Tensor> parameters, values;
  GraphImpl* graph = nullptr;
  for (const GradientAndVariable& entry : gradients) {
    if (!entry.gradient.defined()) continue;
    if (entry.gradient.is_symbolic()) graph = entry.gradient.impl()->graph.get();
  }
  if (!graph)
    throw ArgumentError("apply_gradients", "no gradient is a tensor of a graph",
                        std::to_string(gradients.size()) + " entries without", "", where);
  for (const GradientAndVariable& entry : gradients) {
    if (!entry.gradient.defined()) continue;
    const Tensor parameter = graph->import(entry.variable, where);
    if (!is_state(*parameter.impl()->node->op))
      throw ArgumentError("apply_gradients", "a tensor to train is neither a Variable nor a captured parameter",
                          "'" + name_of(parameter) + "'", "", where);
    parameters.push_back(parameter);
    values.push_back(graph->import(entry.gradient, where));
  }
  const GraphHandle handle(graph);
  const DeviceScope there(parameters[0].device());
  const Tensor& given = state_->learning_rate.tensor();
  const Tensor rate = given.defined()
                          ? cast(graph->import(given, where), float64)
                          : static_cast<const Tensor&>(state_->find_or_make(graph, "learning_rate", [&] {
                              const OwnScope scope(*graph, state_->name + "/");
                              return Graph(handle).variable("learning_rate", {}, filled(state_->learning_rate.value()),
                                                            {.dtype = float64, .trainable = false}, where);
                            }));
  const std::size_t before = graph->nodes.size();
  update(rate, parameters, values, where);
  std::vector<Tensor> updates;
  for (std::size_t i = before; i < graph->nodes.size(); ++i)
    if (has_effect(*graph->nodes[i])) updates.push_back(graph->handle(*graph->nodes[i]));
  return group(updates, state_->name, where);
}

Tensor Optimizer::apply_gradients(const std::vector<GradientAndVariable>& gradients, const Variable& global_step,
                                  Location where) {
  if (!global_step.defined() || !global_step.is_symbolic() || is_floating(global_step.dtype()) ||
      global_step.dtype() == boolean || global_step.shape().rank() != 0)
    throw ArgumentError("apply_gradients", "global_step is not a 0-d integer Variable",
                        global_step.defined() ? std::string(dtype_name(global_step.dtype())) : "undefined",
                        "Make it by train::get_or_create_global_step(graph)", where);
  const Frame frame(where);
  const Tensor update = apply_gradients(gradients, where);
  const ControlDependencies after(graph_of(update), update, where);
  return group({update, global_step.assign_add(1)}, state_->name, where);
}

Variable Optimizer::learning_rate(Location where) const {
  if (state_->learning_rate.tensor().defined())
    throw ArgumentError("optimizer", "the learning rate is a tensor, not a variable", state_->name,
                        "Change what it is computed from", where);
  for (const State::Entry& entry : state_->entries)
    if (entry.name == "learning_rate") return entry.variable;
  throw ArgumentError("optimizer", "there is no learning rate before the first update", state_->name,
                      "Call minimize() first", where);
}

Variable Optimizer::get_slot(const Tensor& var, Text name) const {
  if (var.defined() && var.is_symbolic())
    for (const State::Entry& entry : state_->entries)
      if (entry.owner == var.impl()->node.get() && entry.name == std::string_view(name)) return entry.variable;
  return {};
}

std::vector<std::string> Optimizer::get_slot_names() const {
  std::set<std::string> names;
  for (const State::Entry& entry : state_->entries)
    if (entry.slot) names.insert(entry.name);
  return {names.begin(), names.end()};
}

std::vector<Variable> Optimizer::variables() const {
  std::vector<Variable> result;
  for (const State::Entry& entry : state_->entries) result.push_back(entry.variable);
  return result;
}

Tensor Optimizer::slot(const Tensor& variable, Text slot_name, double start) {
  GraphImpl& graph = *variable.impl()->graph;
  const auto make = [&] {
    const OwnScope scope(graph, describe(*variable.impl()->node) + "/" + state_->name + "/");
    return Graph(GraphHandle(&graph))
        .variable(slot_name, variable.shape(), filled(start), {.dtype = variable.dtype(), .trainable = false});
  };
  return state_->find_or_make(variable.impl()->node.get(), slot_name, make, true);
}

std::vector<Tensor> Optimizer::slots(const std::vector<Tensor>& variables, Text slot_name, double start) {
  std::vector<Tensor> result;
  for (const Tensor& variable : variables) result.push_back(slot(variable, slot_name, start));
  return result;
}

std::vector<Tensor> Optimizer::counts(const std::vector<Tensor>& variables) {
  return std::vector<Tensor>(variables.size(), steps(GraphHandle(variables.at(0).impl()->graph.get())));
}

Tensor Optimizer::steps(const GraphHandle& graph) {
  return state_->find_or_make(&graph.impl(), "steps", [&] {
    const OwnScope scope(graph.impl(), state_->name + "/");
    return Graph(graph).variable("steps", {}, filled(0), {.dtype = int64, .trainable = false});
  });
}

}  // namespace triptych::lowlevel
