// What the files of this folder, and those of training loops, know of sessions and graph definitions.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/graph/files/graph_code.h"
#include "core/graph/runner.h"
#include "triptych/lowlevel/graph_def.h"

namespace triptych::lowlevel {

struct SessionAccess {
  static Runner& runner(const Session& session) { return *session.runner_; }
};

struct GraphDefAccess {
  static const GraphCode& code(const GraphDef& def) { return *def.code_; }
  static GraphDef make(GraphCode code) {
    GraphDef def;
    def.code_ = std::make_shared<const GraphCode>(std::move(code));
    return def;
  }
};

/// The graph with this style's collections and lists; `values` of its variables.
GraphCode encode_with_collections(const Graph& graph, const VariableValues& values, FileContext context);
/// Puts the collections of the code into the graph that its nodes are in now.
void restore_collections(const GraphCode& code, const Graph& graph, const DecodedGraph& decoded,
                         const std::string& scope);
/// As a session has them; undefined without a value.
VariableValues values_in(const Session& session, Location where);
/// None, but the first states of random streams.
VariableValues no_values();

/// ArgumentError of `op` unless `value` has the variable's shape and dtype; and for a negative count of steps.
void check_restored(const Node& variable, const Tensor& value, const std::string& where_from, std::string_view op,
                    Location where);

/// The tensor called `name`, "y" or "split:1", of a decoded graph; ArgumentError of `op` with near names.
Tensor named(const GraphCode& code, const DecodedGraph& decoded, const std::string& name, FileContext context);
/// The number of the node of that name.
std::size_t number_of(const GraphCode& code, const std::string& name, FileContext context);

}  // namespace triptych::lowlevel
