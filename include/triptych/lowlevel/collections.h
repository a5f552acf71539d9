// The default graph, and collections: lists of a graph's tensors under names.
#pragma once

#include <string>
#include <vector>

#include "triptych/core/text.h"
#include "triptych/lowlevel/graph.h"

namespace triptych::lowlevel {

/// Names of collections.
struct GraphKeys {
  /// All variables that are not local; those that train; those that no file keeps. These lists are kept by themselves.
  static constexpr const char* GLOBAL_VARIABLES = "variables";
  static constexpr const char* TRAINABLE_VARIABLES = "trainable_variables";
  static constexpr const char* LOCAL_VARIABLES = "local_variables";
  /// What get_variable's regularizers give.
  static constexpr const char* REGULARIZATION_LOSSES = "regularization_losses";
  static constexpr const char* LOSSES = "losses";
  static constexpr const char* UPDATE_OPS = "update_ops";
  static constexpr const char* SUMMARIES = "summaries";
  static constexpr const char* WEIGHTS = "weights";
  static constexpr const char* BIASES = "biases";
  static constexpr const char* ACTIVATIONS = "activations";
  static constexpr const char* TRAIN_OP = "train_op";
  /// What a training loop's Scaffold made, for the next loop over the same graph.
  static constexpr const char* INIT_OP = "init_op";
  static constexpr const char* LOCAL_INIT_OP = "local_init_op";
  static constexpr const char* SUMMARY_OP = "summary_op";
  static constexpr const char* GLOBAL_STEP = "global_step";
  static constexpr const char* MODEL_VARIABLES = "model_variables";
  static constexpr const char* METRIC_VARIABLES = "metric_variables";
  /// What an ExponentialMovingAverage has averages of.
  static constexpr const char* MOVING_AVERAGE_VARIABLES = "moving_average_variables";
  static constexpr const char* TABLE_INITIALIZERS = "table_initializer";
};

/// While alive, `graph` is this thread's default graph, and ops without operands are added to it.
class [[nodiscard]] TRIPTYCH_API DefaultGraph {
 public:
  explicit DefaultGraph(const GraphHandle& graph);
  ~DefaultGraph();
  DefaultGraph(const DefaultGraph&) = delete;
  DefaultGraph& operator=(const DefaultGraph&) = delete;

 private:
  TracedCall trace_;
};
/// `auto scope = tf::as_default(graph);`
inline DefaultGraph as_default(const GraphHandle& graph) { return DefaultGraph(graph); }
/// `auto with = tf::colocate_with(w);`: what follows is placed where this tensor is. ArgumentError if it is undefined.
inline DeviceScope colocate_with(const Tensor& op, Location where = Location::here()) {
  if (!op.defined())
    throw ArgumentError("colocate_with", "the tensor is undefined", "a default-constructed Tensor", "", where);
  return DeviceScope(op.device());
}

/// The graph of the innermost `as_default` or `graph.scope` on this thread, else one for the whole thread.
TRIPTYCH_API Graph get_default_graph();
/// That one for the whole thread is a new one from now on. ArgumentError inside of `as_default`.
TRIPTYCH_API void reset_default_graph(Location where = Location::here());

/// Adds a tensor of a graph to that graph's collection `name`. ArgumentError for a concrete tensor, and for the three
/// lists of variables that are kept by themselves.
TRIPTYCH_API void add_to_collection(Text name, const Tensor& value, Location where = Location::here());
TRIPTYCH_API void add_to_collections(const std::vector<std::string>& names, const Tensor& value,
                                     Location where = Location::here());
/// What was added, in that order; with a `scope` only what has a name that begins with it. Empty for an unknown name.
TRIPTYCH_API std::vector<Tensor> get_collection(const Graph& graph, Text name, Text scope = "");
TRIPTYCH_API std::vector<Tensor> get_collection(Text name, Text scope = "");
TRIPTYCH_API std::vector<std::string> get_all_collection_keys(const Graph& graph = get_default_graph());

/// Variables by kind, in the order of their creation.
TRIPTYCH_API std::vector<Variable> global_variables(const Graph& graph = get_default_graph());
TRIPTYCH_API std::vector<Variable> local_variables(const Graph& graph = get_default_graph());
TRIPTYCH_API std::vector<Variable> trainable_variables(const Graph& graph = get_default_graph());
/// Those of the default graph whose names begin with `scope`.
TRIPTYCH_API std::vector<Variable> global_variables(Text scope);
TRIPTYCH_API std::vector<Variable> local_variables(Text scope);
TRIPTYCH_API std::vector<Variable> trainable_variables(Text scope);

/// Run it to give these variables their first values.
TRIPTYCH_API Tensor variables_initializer(const std::vector<Variable>& variables, Location where = Location::here());
/// The same for all that there are now. An operation that does nothing if there is none.
TRIPTYCH_API Tensor global_variables_initializer(Location where = Location::here());
TRIPTYCH_API Tensor local_variables_initializer(Location where = Location::here());
/// Runs all of the collection TABLE_INITIALIZERS: what is to run once, before the first step.
TRIPTYCH_API Tensor tables_initializer(Text name = "init_all_tables", Location where = Location::here());
TRIPTYCH_API Tensor tables_initializer(const Graph& graph, Text name = "init_all_tables",
                                       Location where = Location::here());

}  // namespace triptych::lowlevel
