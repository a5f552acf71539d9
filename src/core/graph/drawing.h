// A graph as a picture.
#pragma once

#include <map>
#include <string>

#include "core/graph/graph.h"

namespace triptych {

/// What is said of nodes besides: the values that they had in a run.
using NodeTexts = std::map<const Node*, std::string>;

/// In Graphviz's language.
std::string graph_as_dot(const GraphImpl& graph, const NodeTexts& texts = {});
/// As SVG: nodes in layers by their distance from the sources, edges downwards.
std::string graph_as_svg(const GraphImpl& graph, const NodeTexts& texts = {});

/// One line for each node: name, op, inputs, attributes, results; sub-graphs stand below their node, further in.
std::string graph_as_text(const GraphImpl& graph);

}  // namespace triptych
