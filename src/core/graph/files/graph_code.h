// A graph as data: what graph files hold, and what is made of it in memory (docs/graph_files.md has the format).
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/formats/file.h"
#include "core/graph/files/attribute_codec.h"
#include "core/graph/graph.h"
#include "triptych/core/io.h"

namespace triptych {

/// The format's version: a file with a higher one is refused.
inline constexpr std::int64_t graph_file_version = 1;

/// `json` is an object with "nodes", "calls", "collections", "signatures"; `tensors` has the values of constants and
/// variables that its nodes name.
struct GraphCode {
  Json json;
  StateDict tensors;
};

/// The value that a file keeps of a variable; undefined: none.
using VariableValues = std::function<Tensor(const Node& variable)>;

/// The graph, with all nodes. UnsupportedError for what is code of the program's own: an op with attributes that the
/// library does not know, a print to a stream.
GraphCode encode_graph(GraphImpl& graph, const VariableValues& values, FileContext context);

/// Which nodes came of which: `nodes[i]` is that of node `i` of the code; undefined where an input_map stood for it.
struct DecodedGraph {
  std::vector<Tensor> nodes;  // handles to output 0
};

struct DecodeOptions {
  std::string scope = {};                    // in front of all names, with its slash
  std::map<std::string, Tensor> given = {};  // these tensors instead of the nodes of these names
  bool clear_devices = false;                // everything on the CPU
};

/// Adds the nodes to `graph`; if it fails, the graph is as it was. `source` names where the code is from in errors.
/// ArgumentError for whatever cannot be a graph; UnsupportedError for ops that this program does not have.
DecodedGraph decode_graph(const GraphCode& code, GraphImpl& graph, const DecodeOptions& options,
                          const std::string& source, FileContext context);

/// The nodes of the code that `outputs` need, in their order, and what belongs to them; indices are those of the new
/// code.
GraphCode extract_nodes(const GraphCode& code, std::span<const std::size_t> outputs);

/// The number of the node called `name`, -1 if there is none.
std::int64_t node_number(const GraphCode& code, const std::string& name);

void save_graph_code(const GraphCode& code, const std::string& path, FileContext context);
GraphCode load_graph_code(const std::string& path, FileContext context);

}  // namespace triptych
