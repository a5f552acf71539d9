#include "triptych/lowlevel/graph.h"

#include <algorithm>

#include "api_lowlevel/graph/side.h"
#include "core/dispatch/modes.h"
#include "core/formats/atomic_file.h"
#include "core/graph/drawing.h"
#include "core/support/error_context.h"
#include "core/support/near_names.h"
#include "triptych/core/ops.h"
#include "triptych/lowlevel/gradients.h"

namespace triptych::lowlevel {
namespace {

void check_name(std::string_view name, Location where) {
  if (name.empty()) throw ArgumentError("graph", "a name is empty", "''", "", where);
}

void write_text(const std::string& path, const std::string& text, std::string_view op, Location where) {
  AtomicFile file(path, {op, where});
  file.write(text);
  file.commit();
}

const Node& variable_node(const Variable& variable, Location where) {
  if (!variable.is_symbolic() || variable.impl()->node->op != &variable_op)
    throw ArgumentError("variable", "the Variable is undefined", "a default-constructed Variable",
                        "Make it with graph.variable()", where);
  return *variable.impl()->node;
}

/// A value that the graph computes can be a variable's first one if nothing has to be initialized before it.
void check_first_value(GraphImpl& graph, const Tensor& value, std::string_view name, Location where) {
  const auto fail = [&](const char* rule, const std::string& given, const char* hint) {
    throw ArgumentError("variable", rule, "'" + std::string(name) + "': " + given, hint, where);
  };
  const std::string of = "'" + name_of(value) + "'";
  if (value.impl()->graph.get() != &graph)
    fail("the first value belongs to another graph", of, "Run that graph, and give what it computed");
  if (!value.shape().known()) fail("a variable's shape is not known", of + " " + value.shape().text(), "");
  const Place fetch = place_of(value);
  for (const Node* node : needed_nodes(graph, {&fetch, 1}, {}))
    if (node->op == &variable_op && !node->attributes_as<VariableAttributes>().on_demand)
      fail("the first value reads another variable", of + " reads '" + describe(*node) + "'",
           "Compute both from the same tensor, so that neither has to be initialized first");
}

}  // namespace

std::string name_of(const Tensor& tensor, Location where) {
  if (!tensor.is_symbolic())
    throw ArgumentError("name_of", "the tensor is not one of a graph", "a concrete or undefined tensor", "", where);
  const TensorImpl& impl = *tensor.impl();
  return describe(*impl.node) + (impl.output ? ":" + std::to_string(impl.output) : "");
}

Graph graph_of(const Tensor& tensor, Location where) {
  if (!tensor.is_symbolic())
    throw ArgumentError("graph_of", "the tensor is not symbolic", "a concrete or undefined tensor", "", where);
  return Graph(GraphHandle(tensor.impl()->graph.get()));
}

std::string Variable::name(Location where) const { return describe(variable_node(*this, where)); }
bool Variable::trainable(Location where) const {
  return variable_node(*this, where).attributes_as<VariableAttributes>().trainable;
}
Tensor Variable::assign(const Arg& value) const { return triptych::assign(*this, value); }
Tensor Variable::assign_add(const Arg& value) const { return triptych::assign_add(*this, value); }
Tensor Variable::assign_sub(const Arg& value) const { return triptych::assign_sub(*this, value); }

Tensor Variable::initializer(Location where) const {
  return variable_node(*this, where).graph->handle(add_initializer(graph_of(*this).impl(), {*this}, where));
}
Tensor Variable::read_value(Location where) const {
  static_cast<void>(variable_node(*this, where));
  return identity(Arg(*this, where));
}

NameScope::NameScope(const GraphHandle& graph, Text name) : graph_(graph), trace_(graph, false) {
  GraphImpl& impl = graph_.impl();
  const std::string inside = name.empty() ? impl.scope : impl.unique_name(name) + "/";
  name_ = inside.substr(0, inside.empty() ? 0 : inside.size() - 1);
  impl.open.begin(this, impl.scope, inside);
}
NameScope::~NameScope() { graph_.impl().open.end(this); }

ControlDependencies::ControlDependencies(const GraphHandle& graph, const TensorList& before, Location where)
    : graph_(graph), before_(before) {
  for (const Tensor& tensor : before)
    if (!tensor.is_symbolic() || tensor.impl()->graph.get() != &graph_.impl())
      throw ArgumentError(
          "control_dependencies", "a dependency is not a tensor of this graph",
          tensor.is_symbolic() ? "'" + name_of(tensor) + "'" : std::string("a concrete or undefined tensor"), "",
          where);
  auto& stack = graph_.impl().control_stack;
  stack.reserve(stack.size() + before_.size());
  for (const Tensor& tensor : before_) stack.push_back(tensor.impl()->node.get());
}
ControlDependencies::~ControlDependencies() {
  auto& stack = graph_.impl().control_stack;
  for (const Tensor& tensor : before_)
    if (const auto last = std::find(stack.rbegin(), stack.rend(), tensor.impl()->node.get()); last != stack.rend())
      stack.erase(std::next(last).base());
}

Tensor Graph::placeholder(Text name, DType dtype, const Shape& shape, const Tensor& default_value,
                          Location where) const {
  check_name(name, where);
  if (default_value.is_symbolic())
    throw ArgumentError("placeholder", "the default value is not concrete", "'" + name_of(default_value) + "'", "",
                        where);
  if (default_value.defined() && (default_value.dtype() != dtype || !default_value.shape().compatible(shape)))
    throw ArgumentError("placeholder", "the default value does not fit",
                        "'" + std::string(name) + "' is " + std::string(dtype_name(dtype)) + " " + shape.text() +
                            ", its default " + std::string(dtype_name(default_value.dtype())) + " " +
                            default_value.shape().text(),
                        "", where);
  return graph_placeholder(*this, name, dtype, shape, default_value, where);
}

Tensor Graph::constant(const Tensor& value, Text name, Location where) const {
  check_name(name, where);
  if (!value.defined() || value.is_symbolic())
    throw ArgumentError("constant", "the value is not concrete",
                        value.defined() ? "a symbolic tensor" : "a default-constructed Tensor", "", where);
  return graph_constant(*this, value, name, where);
}

Variable Graph::variable(Text name, const Shape& shape, Initializer initializer, const VariableOptions& options,
                         Location where) const {
  check_name(name, where);
  if (!shape.known())
    throw ArgumentError("variable", "a variable's shape is not known", "'" + std::string(name) + "' " + shape.text(),
                        "", where);
  if (!initializer)
    throw ArgumentError("variable", "the initializer is empty", "'" + std::string(name) + "'", "", where);
  return {Variable::OfGraph(),
          graph_variable(*this, name, shape, options.dtype, std::move(initializer), options.trainable, where)};
}

Variable Graph::variable(Text name, const Tensor& value, const VariableOptions& options, Location where) const {
  check_name(name, where);
  if (!value.defined())
    throw ArgumentError("variable", "the first value is undefined", "'" + std::string(name) + "'", "", where);
  if (value.is_symbolic()) return computed_variable(name, value, options, where);
  Initializer initializer = [snapshot = alias(value)](const Shape&, DType) { return snapshot; };
  return variable(name, value.shape(), std::move(initializer), {.dtype = value.dtype(), .trainable = options.trainable},
                  where);
}

Variable Graph::computed_variable(Text name, const Tensor& value, const VariableOptions& options,
                                  Location where) const {
  check_first_value(impl(), value, name, where);
  Initializer none = [name = std::string(name), where](const Shape&, DType) -> Tensor {
    throw ArgumentError("session", "a variable's first value is computed by its graph", "'" + name + "'",
                        "Run the graph's initializer", where);
  };
  Variable result =
      variable(name, value.shape(), std::move(none), {.dtype = value.dtype(), .trainable = options.trainable}, where);
  Node& node = *result.impl()->node;
  const TopLevel outside(impl());
  impl().scope = describe(node) + "/";
  const Tensor assigned = triptych::assign(result, Arg(value, where));
  side_of(impl()).computed[&node] = {place_of(value), assigned.impl()->node.get()};
  return result;
}

Tensor Graph::random_normal(const Shape& shape, const RandomNormalOptions& options, Location where) const {
  const Called called("random_normal");
  const Frame frame(where);
  const TraceScope here(*this);
  return normal(shape, options.mean, options.stddev, options.dtype, options.generator, where);
}
Tensor Graph::truncated_normal(const Shape& shape, const RandomNormalOptions& options, Location where) const {
  const Frame frame(where);
  const TraceScope here(*this);
  return triptych::truncated_normal(shape, options.mean, options.stddev, options.dtype, options.generator, where);
}
Tensor Graph::random_uniform(const Shape& shape, const RandomUniformOptions& options, Location where) const {
  const Called called("random_uniform");
  const Frame frame(where);
  const TraceScope here(*this);
  return uniform(shape, options.minval, options.maxval, options.dtype, options.generator, where);
}

Variable variable_of(Node& node) { return Variable(Variable::OfGraph(), node.graph->handle(node)); }

Operation operation_of(const Node& node) {
  Operation operation{node.op->name, describe(node), {}, {}};
  for (const Tensor& input : node.inputs())
    operation.inputs.push_back(node.graph->handle(*input.impl()->node, input.impl()->output));
  for (std::uint32_t k = 0; k < node.output_count; ++k)
    operation.outputs.push_back(node.graph->handle(const_cast<Node&>(node), k));
  return operation;
}

Tensor first_value_of(const Node& variable) {
  const GraphSide& side = side_of(*variable.graph);
  const auto found = side.computed.find(&variable);
  if (found == side.computed.end()) return {};
  return variable.graph->handle(*found->second.value.node, found->second.value.output);
}

Node& add_initializer(GraphImpl& graph, const std::vector<Variable>& variables, Location where) {
  const GraphSide& side = side_of(graph);
  const TopLevel outside(graph);
  std::vector<Tensor> made, assigned;
  for (const Variable& variable : variables) {
    const auto found = side.computed.find(variable.impl()->node.get());
    if (found == side.computed.end())
      made.push_back(variable);
    else
      assigned.push_back(graph.handle(*found->second.assigned));
  }
  append(graph, initialize_op, made, nullptr, {}, where);
  if (assigned.empty()) return *graph.nodes.back();
  assigned.push_back(graph.handle(*graph.nodes.back()));
  return *group(assigned, "initialize_all", where).impl()->node;
}

Tensor Graph::initializer(Location where) const {
  GraphImpl& graph = impl();
  const std::vector<Variable> all = variables();
  std::size_t& initialized = side_of(graph).initialized;
  if (!graph.initializer || initialized != all.size()) {
    graph.initializer = &add_initializer(graph, all, where);
    initialized = all.size();
  }
  return graph.handle(*graph.initializer);
}

Tensor Graph::no_op(Text name, Location where) const {
  Ref<Node> node = make_node(group_op, 0, 0, nullptr, where);
  return impl().handle(impl().add(std::move(node), name));
}

Tensor Graph::find(Text name, Location where) const {
  std::string_view base = name;
  std::uint32_t output = 0;
  if (const auto colon = name.rfind(':'); colon != std::string_view::npos && colon + 1 < name.size() &&
                                          std::all_of(name.begin() + static_cast<std::ptrdiff_t>(colon) + 1, name.end(),
                                                      [](char c) { return c >= '0' && c <= '9'; })) {
    base = name.substr(0, colon);
    for (char c : name.substr(colon + 1)) output = output * 10 + static_cast<std::uint32_t>(c - '0');
  }
  GraphImpl& graph = impl();
  for (const auto& node : graph.nodes) {
    if (graph.info_of(*node).name != base) continue;
    if (output > 0 && output >= node->output_count)
      throw ArgumentError("find", "the node has fewer outputs", "'" + std::string(name) + "'", "", where);
    return graph.handle(*node, output);
  }
  const std::string near = near_names(base, node_names());
  throw ArgumentError("find", "the graph has no node of this name", "'" + std::string(name) + "'",
                      (near.empty() ? "" : "It has " + near + "; ") + "node_names() lists all of them", where);
}

bool Graph::contains(Text name) const {
  return std::any_of(impl().info.begin(), impl().info.end(), [&](const NodeInfo& info) { return info.name == name; });
}

std::vector<std::string> Graph::node_names() const {
  std::vector<std::string> names;
  for (const NodeInfo& info : impl().info) names.push_back(info.name);
  return names;
}

Operation Graph::get_operation_by_name(Text name, Location where) const {
  if (name.find(':') != std::string_view::npos)
    throw ArgumentError("get_operation_by_name", "the name is that of a tensor", "'" + std::string(name) + "'",
                        "Leave out ':' and the number", where);
  return operation_of(*find(name, where).impl()->node);
}

std::vector<Operation> Graph::get_operations() const {
  std::vector<Operation> operations;
  for (const auto& node : impl().nodes) operations.push_back(operation_of(*node));
  return operations;
}

std::size_t Graph::size() const { return impl().nodes.size(); }
std::vector<Variable> Graph::variables() const { return variables_where(false); }
std::vector<Variable> Graph::trainable_variables() const { return variables_where(true); }
std::vector<Variable> Graph::variables_where(bool only_trainable) const {
  std::vector<Variable> result;
  for (const auto& node : impl().nodes)
    if (node->op == &variable_op && (!only_trainable || node->attributes_as<VariableAttributes>().trainable))
      result.push_back(Variable(Variable::OfGraph(), impl().handle(*node)));
  return result;
}

void Graph::finalize() const {
  if (!impl().finalized) initializer();
  impl().finalized = true;
  if (modes.trace == &impl()) modes.trace = nullptr;  // as TraceScope does for scopes that begin, or go on, after this
}
bool Graph::finalized() const { return impl().finalized; }

std::string Graph::as_text() const { return graph_as_text(impl()); }
void Graph::write_dot(const OwnedText& path, Location where) const {
  const Frame frame(where);
  write_text(path, graph_as_dot(impl()), "write_dot", where);
}
void Graph::write_svg(const OwnedText& path, Location where) const {
  const Frame frame(where);
  write_text(path, graph_as_svg(impl()), "write_svg", where);
}

Tensor group(const TensorList& operations, Text name, Location where) {
  if (operations.empty() || !operations.begin()->is_symbolic())
    throw ArgumentError("group", "there is no tensor of a graph", "none", "graph.no_op() runs nothing", where);
  const Graph graph{GraphHandle(operations.begin()->impl()->graph.get())};
  const auto after = graph.control_dependencies(operations, where);
  return graph.no_op(name, where);
}

std::vector<Tensor> gradients(const TensorList& ys, const TensorList& xs, const TensorList& grad_ys, Location where) {
  return gradients(ys, xs, grad_ys, GradientsOptions(), where);
}

}  // namespace triptych::lowlevel
