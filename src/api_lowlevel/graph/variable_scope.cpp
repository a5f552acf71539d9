#include "triptych/lowlevel/variable_scope.h"

#include "api_lowlevel/graph/side.h"
#include "core/support/near_names.h"
#include "core/support/scopes.h"
#include "triptych/core/init.h"
#include "triptych/core/ops.h"

namespace triptych::lowlevel {
namespace {

constinit thread_local VariableScope* current = nullptr;

/// While alive, new nodes' names begin with `name`, unscoped otherwise, and they depend on nothing.
class Named {
 public:
  Named(GraphImpl& graph, std::string name) : outside_(graph), graph_(graph) { graph.scope = std::move(name); }
  ~Named() { graph_.scope.clear(); }

 private:
  TopLevel outside_;
  GraphImpl& graph_;
};

std::string text_of(DType dtype, const Shape& shape) { return std::string(dtype_name(dtype)) + " " + shape.text(); }

}  // namespace

/// What holds in the innermost scope.
class VariableStoreAccess {
 public:
  static Graph graph() {
    forget_ended_scopes();
    return current ? Graph(current->graph_) : get_default_graph();
  }
  static std::string prefix() { return current ? current->name_ + "/" : std::string(); }
  static Reuse reuse() {
    return current && current->options_.reuse != Reuse::inherit ? current->options_.reuse : Reuse::no;
  }
  template <class T>
  static T option(T VariableScopeOptions::*member) {
    return current ? current->options_.*member : T();
  }
};

VariableScope::VariableScope(const GraphHandle& graph, Text name, const VariableScopeOptions& options, Location where)
    : graph_(graph), options_(options) {
  if (name.empty()) throw ArgumentError("variable_scope", "a name is empty", "''", "", where);
  OpenScopes& open = open_scopes();
  names_.emplace(graph, name);
  if (current) {
    const VariableScopeOptions& outer = current->options_;
    // A scope in one that reuses does, too.
    if (options_.reuse == Reuse::inherit || (outer.reuse == Reuse::yes && options_.reuse != Reuse::automatic))
      options_.reuse = outer.reuse;
    if (!options_.initializer) options_.initializer = outer.initializer;
    if (!options_.regularizer) options_.regularizer = outer.regularizer;
    if (!options_.dtype) options_.dtype = outer.dtype;
    if (current->graph_ == graph_) name_ = current->name_ + "/";
  }
  name_ += name;
  open.begin(this, current, this);
}
VariableScope::~VariableScope() { end_scope(this); }
void VariableScope::reuse_variables() { options_.reuse = Reuse::yes; }

Variable get_variable(Text name, const Shape& shape, const GetVariableOptions& options, Location where) {
  if (name.empty()) throw ArgumentError("get_variable", "a name is empty", "''", "", where);
  using Current = VariableStoreAccess;
  const Graph graph = Current::graph();
  const std::string full = Current::prefix() + std::string(name);
  const Reuse reuse = Current::reuse();
  GraphSide& side = side_of(graph.impl());
  const auto found = side.variables.find(full);
  if (found != side.variables.end()) {
    Node& node = *found->second;
    if (reuse == Reuse::no)
      throw ArgumentError("get_variable", "the variable exists already", "'" + full + "', made at " + node.where.text(),
                          "Open its scope with reuse = Reuse::yes or AUTO_REUSE to share it", where);
    const Tensor existing = graph.impl().handle(node);
    const DType dtype = options.dtype.value_or(existing.dtype());
    if (existing.shape() != shape || existing.dtype() != dtype)
      throw ArgumentError(
          "get_variable", "the variable exists with another shape or dtype",
          "'" + full + "' is " + text_of(existing.dtype(), existing.shape()) + ", asked for " + text_of(dtype, shape),
          "", where);
    return variable_of(node);
  }
  if (reuse == Reuse::yes) {
    std::vector<std::string> names;
    for (const auto& entry : side.variables) names.push_back(entry.first);
    const std::string near = near_names(full, names);
    throw ArgumentError("get_variable", "the variable does not exist, and its scope only reuses", "'" + full + "'",
                        near.empty() ? "AUTO_REUSE makes what is missing" : "There is " + near, where);
  }
  const auto of_scope = Current::option(&VariableScopeOptions::dtype);
  const DType dtype = options.dtype ? *options.dtype : of_scope.value_or(float32);
  Initializer initializer =
      options.initializer ? options.initializer : Current::option(&VariableScopeOptions::initializer);
  if (!initializer) {
    if (is_floating(dtype))
      initializer = init::glorot_uniform({}, where);
    else
      initializer = [](const Shape& wanted, DType type) { return zeros(wanted, type); };
  }
  bool local = false;
  for (const std::string& collection : options.collections) local |= collection == GraphKeys::LOCAL_VARIABLES;
  Variable variable;
  {
    const Named named(graph.impl(), Current::prefix());
    variable = graph.variable(name, shape, std::move(initializer),
                              {.dtype = dtype, .trainable = options.trainable && !local}, where);
  }
  Node* node = variable.impl()->node.get();
  side.variables.emplace(full, node);
  if (local) side.local.insert(node);
  for (const std::string& collection : options.collections)
    if (collection != GraphKeys::LOCAL_VARIABLES && collection != GraphKeys::GLOBAL_VARIABLES &&
        collection != GraphKeys::TRAINABLE_VARIABLES)
      add_to_collection(collection, variable, where);
  const Regularizer regularizer =
      options.regularizer ? options.regularizer : Current::option(&VariableScopeOptions::regularizer);
  if (regularizer) {
    const Named named(graph.impl(), full + "/Regularizer/");
    const Tensor loss = regularizer(variable);
    if (loss.defined()) add_to_collection(GraphKeys::REGULARIZATION_LOSSES, loss, where);
  }
  return variable;
}

Variable get_variable(Text name, Location where) {
  const Graph graph = VariableStoreAccess::graph();
  const std::string full = VariableStoreAccess::prefix() + std::string(name);
  GraphSide& side = side_of(graph.impl());
  const auto found = side.variables.find(full);
  if (found == side.variables.end())
    throw ArgumentError("get_variable", "the variable does not exist, and no shape is given to make it",
                        "'" + full + "'", "", where);
  const Shape& shape = found->second->outputs()[0].shape();
  return get_variable(name, shape, {}, where);
}

std::vector<Tensor> get_regularization_losses(const Graph& graph) {
  return get_collection(graph, GraphKeys::REGULARIZATION_LOSSES);
}
Tensor get_regularization_loss(const Graph& graph, Location where) {
  const std::vector<Tensor> losses = get_regularization_losses(graph);
  if (losses.empty()) return graph.constant(zeros({}), "no_regularization", where);
  Tensor total = losses[0];
  for (std::size_t i = 1; i < losses.size(); ++i) total = total + losses[i];
  return total;
}

}  // namespace triptych::lowlevel
