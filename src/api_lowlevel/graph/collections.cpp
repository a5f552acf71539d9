#include "triptych/lowlevel/collections.h"

#include <algorithm>
#include <optional>

#include "api_lowlevel/graph/side.h"
#include "core/dispatch/modes.h"
#include "core/support/scopes.h"

namespace triptych::lowlevel {
namespace {

/// The graph of the innermost as_default, and the one of the whole thread.
constinit thread_local GraphImpl* innermost = nullptr;
thread_local std::optional<Graph> own;

bool is_kept(std::string_view name) {
  return name == GraphKeys::GLOBAL_VARIABLES || name == GraphKeys::TRAINABLE_VARIABLES ||
         name == GraphKeys::LOCAL_VARIABLES;
}

std::vector<Variable> variables_if(const Graph& graph, bool local) {
  const GraphSide& side = side_of(graph.impl());
  std::vector<Variable> all = graph.variables();
  std::erase_if(all, [&](const Variable& v) { return side.local.contains(v.impl()->node.get()) != local; });
  return all;
}

std::vector<Variable> in_scope(std::vector<Variable> variables, std::string_view scope) {
  std::erase_if(variables, [&](const Variable& v) { return !v.name().starts_with(scope); });
  return variables;
}

}  // namespace

GraphSide& side_of(GraphImpl& graph) {
  if (!graph.side) graph.side = std::make_shared<GraphSide>();
  return *static_cast<GraphSide*>(graph.side.get());
}

DefaultGraph::DefaultGraph(const GraphHandle& graph) : trace_(graph, false) {
  open_scopes().begin(this, innermost, &graph.impl(), std::make_shared<const GraphHandle>(graph));
}
DefaultGraph::~DefaultGraph() { end_scope(this); }

Graph get_default_graph() {
  forget_ended_scopes();
  GraphImpl* traced = modes.trace;
  while (traced && traced->outer) traced = traced->outer;
  if (traced) return Graph(GraphHandle(traced));
  if (innermost) return Graph(GraphHandle(innermost));
  if (!own) own.emplace();
  return *own;
}

void reset_default_graph(Location where) {
  forget_ended_scopes();
  if (innermost)
    throw ArgumentError("reset_default_graph", "a default graph is in use", "an as_default is alive",
                        "Let it end first", where);
  own.reset();
}

void add_to_collection(Text name, const Tensor& value, Location where) {
  if (!value.is_symbolic())
    throw ArgumentError("add_to_collection", "the value is not a tensor of a graph", "a concrete or undefined tensor",
                        "", where);
  if (is_kept(name))
    throw ArgumentError("add_to_collection", "this collection is kept by itself", "'" + std::string(name) + "'", "",
                        where);
  side_of(*value.impl()->graph).collections[std::string(name)].push_back(place_of(value));
}
void add_to_collections(const std::vector<std::string>& names, const Tensor& value, Location where) {
  for (const std::string& name : names) add_to_collection(name, value, where);
}

std::vector<Tensor> get_collection(const Graph& graph, Text name, Text scope) {
  std::vector<Tensor> all;
  if (is_kept(name)) {
    const std::vector<Variable> variables = name == GraphKeys::TRAINABLE_VARIABLES ? trainable_variables(graph)
                                            : name == GraphKeys::LOCAL_VARIABLES   ? local_variables(graph)
                                                                                   : global_variables(graph);
    all.assign(variables.begin(), variables.end());
  } else {
    GraphSide& side = side_of(graph.impl());
    if (const auto found = side.collections.find(std::string(name)); found != side.collections.end())
      for (const Place& place : found->second) all.push_back(graph.impl().handle(*place.node, place.output));
  }
  std::erase_if(all, [&](const Tensor& tensor) { return !name_of(tensor).starts_with(scope); });
  return all;
}
std::vector<Tensor> get_collection(Text name, Text scope) { return get_collection(get_default_graph(), name, scope); }

std::vector<std::string> get_all_collection_keys(const Graph& graph) {
  std::vector<std::string> keys;
  for (const char* kept : {GraphKeys::GLOBAL_VARIABLES, GraphKeys::TRAINABLE_VARIABLES, GraphKeys::LOCAL_VARIABLES})
    if (!get_collection(graph, kept).empty()) keys.emplace_back(kept);
  for (const auto& [name, values] : side_of(graph.impl()).collections) keys.push_back(name);
  return keys;
}

std::vector<Variable> global_variables(const Graph& graph) { return variables_if(graph, false); }
std::vector<Variable> local_variables(const Graph& graph) { return variables_if(graph, true); }
std::vector<Variable> trainable_variables(const Graph& graph) { return graph.trainable_variables(); }
std::vector<Variable> global_variables(Text scope) { return in_scope(global_variables(), scope); }
std::vector<Variable> local_variables(Text scope) { return in_scope(local_variables(), scope); }
std::vector<Variable> trainable_variables(Text scope) { return in_scope(trainable_variables(), scope); }

Tensor variables_initializer(const std::vector<Variable>& variables, Location where) {
  if (variables.empty()) return get_default_graph().no_op("init", where);
  for (const Variable& variable : variables) static_cast<void>(variable.name(where));  // which must be one
  GraphImpl& graph = *variables[0].impl()->graph;
  return graph.handle(add_initializer(graph, variables, where));
}
Tensor global_variables_initializer(Location where) { return variables_initializer(global_variables(), where); }
Tensor local_variables_initializer(Location where) { return variables_initializer(local_variables(), where); }

Tensor tables_initializer(const Graph& graph, Text name, Location where) {
  const std::vector<Tensor> all = get_collection(graph, GraphKeys::TABLE_INITIALIZERS);
  return all.empty() ? graph.no_op(name, where) : group(all, name, where);
}
Tensor tables_initializer(Text name, Location where) { return tables_initializer(get_default_graph(), name, where); }

}  // namespace triptych::lowlevel
