// What this style keeps beside a graph, as long as the graph lives: nodes, no handles, which would keep it for ever.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/graph/graph.h"
#include "triptych/lowlevel/graph.h"

namespace triptych::lowlevel {

struct GraphSide {
  std::map<std::string, std::vector<Place>> collections;
  std::map<std::string, Node*> variables;  // of get_variable, by their full names
  std::set<const Node*> local;
  struct Computed {
    Place value;
    Node* assigned;
  };
  std::map<const Node*, Computed> computed;  // variables whose first values the graph computes, and who assigns them
  std::vector<std::shared_ptr<const void>> iterators;  // whose handles are nodes
  std::size_t initialized = 0;               // variables that GraphImpl::initializer gives values
};

GraphSide& side_of(GraphImpl& graph);
Variable variable_of(Node& node);
Operation operation_of(const Node& node);
/// The tensor of the graph that is the variable's first value; undefined where an initializer makes it.
Tensor first_value_of(const Node& variable);
/// A new operation that gives these variables their first values.
Node& add_initializer(GraphImpl& graph, const std::vector<Variable>& variables, Location where);

}  // namespace triptych::lowlevel
