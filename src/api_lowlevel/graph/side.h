// What this style keeps beside a graph, as long as the graph lives: nodes, no handles, which would keep it for ever.
#pragma once

#include <map>
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
};

GraphSide& side_of(GraphImpl& graph);
Variable variable_of(Node& node);

}  // namespace triptych::lowlevel
