// Graphs as data: what is written to files, taken apart, and imported into other graphs. Names are TensorFlow's:
// tf.import_graph_def, tf.compat.v1.graph_util. docs/graph_files.md describes the files.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "triptych/core/text.h"
#include "triptych/lowlevel/collections.h"
#include "triptych/lowlevel/graph.h"
#include "triptych/lowlevel/session.h"

namespace triptych {
struct GraphCode;
}

namespace triptych::lowlevel {

/// A graph as it was when this was made: nodes with their names, functions and attributes, constants, and values of
/// variables if it was made of a session. May be copied; never changes.
class TRIPTYCH_API GraphDef {
 public:
  /// A graph without nodes.
  GraphDef();
  GraphDef(const GraphDef&) = default;  // moving copies it, too
  GraphDef& operator=(const GraphDef&) = default;

  /// Names of all nodes in their order.
  std::vector<std::string> node_names() const;
  bool contains(Text name) const;
  std::size_t size() const;

 private:
  friend struct GraphDefAccess;  // of the library's own files
  std::shared_ptr<const GraphCode> code_;
};

/// The graph without values of variables, or with those that they have in the session. UnsupportedError, which names
/// the node, for what is code of the program's own: an op of the user's with attributes, a print to a stream.
TRIPTYCH_API GraphDef as_graph_def(const Graph& graph, Location where = Location::here());
TRIPTYCH_API GraphDef as_graph_def(const Session& session, Location where = Location::here());

/// Writes a graph file, whole or not at all. ArgumentError if a name is not UTF-8, or the file cannot be made.
TRIPTYCH_API void write_graph(const GraphDef& graph_def, const OwnedText& path, Location where = Location::here());
/// Reads one. ArgumentError if it is none, whatever it holds; UnsupportedError if its version is newer, or it has ops
/// that this program does not.
TRIPTYCH_API GraphDef read_graph(const OwnedText& path, Location where = Location::here());

struct ImportGraphOptions {
  /// These tensors of the graph in place of the nodes of these names.
  std::map<std::string, Tensor> input_map = {};
  /// Names of what to return: "y", or "split:1" for a second output.
  std::vector<std::string> return_elements = {};
  /// The scope of the new nodes (a name used before gets a number); empty: none.
  OwnedText name = "import";
};
/// Adds the nodes to `graph`; if it fails, the graph is as it was. A variable's first value is the one that the
/// GraphDef has; without one, it is to be restored. ArgumentError if a name of the options is not there, a name is
/// taken (without a scope), or a tensor of input_map does not fit.
TRIPTYCH_API std::vector<Tensor> import_graph_def(const GraphDef& graph_def, const Graph& graph,
                                                  const ImportGraphOptions& options = {},
                                                  Location where = Location::here());
TRIPTYCH_API std::vector<Tensor> import_graph_def(const GraphDef& graph_def, const ImportGraphOptions& options = {},
                                                  Location where = Location::here());

namespace graph_util {

/// The nodes that these need, and no others. ArgumentError for a name that there is not.
TRIPTYCH_API GraphDef extract_sub_graph(const GraphDef& graph_def, const std::vector<std::string>& dest_nodes,
                                        Location where = Location::here());

struct FreezeOptions {
  /// Only these variables become constants; empty: all. And not these.
  std::vector<std::string> variable_names_whitelist = {};
  std::vector<std::string> variable_names_blacklist = {};
};
/// Freezes: what the outputs need, each variable a constant of the value that it has in the session. ArgumentError for
/// a name that there is not, a variable without a value, and one that the outputs' nodes write.
TRIPTYCH_API GraphDef convert_variables_to_constants(const Session& session,
                                                     const std::vector<std::string>& output_node_names,
                                                     const FreezeOptions& options = {},
                                                     Location where = Location::here());

/// The graph without identities, but for those that are protected, that something runs after, or that have control
/// dependencies.
TRIPTYCH_API GraphDef remove_training_nodes(const GraphDef& graph_def,
                                            const std::vector<std::string>& protected_nodes = {},
                                            Location where = Location::here());

/// What computes the outputs from the inputs, which become placeholders if they are none, without identities.
TRIPTYCH_API GraphDef strip_for_inference(const GraphDef& graph_def, const std::vector<std::string>& input_node_names,
                                          const std::vector<std::string>& output_node_names,
                                          Location where = Location::here());

}  // namespace graph_util
}  // namespace triptych::lowlevel
