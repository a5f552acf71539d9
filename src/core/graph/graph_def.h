// A graph as TensorFlow's GraphDef, which TensorBoard draws, and what its nodes took in a run.
#pragma once

#include <string>

#include "core/graph/graph.h"
#include "triptych/core/session_options.h"

namespace triptych {

/// The bytes of a GraphDef message (tensorflow/core/framework/graph.proto): nodes with their ops, inputs, control
/// edges, devices, the shapes and dtypes of their results, and their attributes as text. Sub-graphs are not in it.
std::string graph_def(const GraphImpl& graph);
/// The bytes of a RunMetadata message (tensorflow/core/protobuf/config.proto, core/framework/step_stats.proto): of each
/// node begin and end, memory, dtypes and shapes of its results.
std::string run_metadata_message(const RunMetadata& metadata);

}  // namespace triptych
