// A graph as TensorFlow's GraphDef, which TensorBoard draws.
#pragma once

#include <string>

#include "core/graph/graph.h"

namespace triptych {

/// The bytes of a GraphDef message (tensorflow/core/framework/graph.proto): nodes with their ops, inputs, control
/// edges, devices, the shapes and dtypes of their results, and their attributes as text. Sub-graphs are not in it.
std::string graph_def(const GraphImpl& graph);

}  // namespace triptych
