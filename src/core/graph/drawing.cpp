#include "core/graph/drawing.h"

#include <algorithm>

#include "core/dispatch/attributes.h"
#include "core/graph/control_flow.h"
#include "core/support/diagram.h"
#include "core/support/markup.h"
#include "core/support/printable.h"

namespace triptych {
namespace {

/// What fits into a box of a value.
std::string shortened(std::string text, const std::map<const Node*, std::string>& texts) {
  constexpr std::size_t fits = 34;
  if (texts.empty() || text.size() <= fits) return text;
  std::size_t end = fits - 3;
  while (end > 0 && (text[end] & 0xc0) == 0x80) --end;  // not within a character
  return text.substr(0, end) + "...";
}

std::string outputs_of(const Node& node) {
  std::string text;
  for (const Tensor& output : node.outputs()) {
    if (!text.empty()) text += ", ";
    text += std::string(dtype_name(output.dtype())) + " " + output.shape().text();
  }
  return text;
}

/// What a node's outputs are, or were.
std::string said_of(const Node& node, const NodeTexts& texts) {
  const auto found = texts.find(&node);
  return outputs_of(node) + (found == texts.end() ? "" : " = " + found->second);
}

/// One colour for each kind of node: values from outside, state, effects, ops.
const char* colour_of(const Node& node) {
  if (is_state(*node.op)) return "#fde2b8";
  if (has_effect(node)) return "#f8c8c8";
  if (is_source(*node.op)) return "#cfe3f7";
  return node.op == &group_op ? "#e4e4e4" : "#d9efd3";
}

}  // namespace

namespace {

/// The nodes and edges of a graph, and below each node a cluster for each of its sub-graphs.
void add_dot(std::string& text, const GraphImpl& graph, const NodeTexts& texts, const std::string& prefix,
             const std::string& indent) {
  const auto id_of = [&](const Node& node) { return prefix + std::to_string(node.sequence); };
  for (const auto& node : graph.nodes) {
    const std::string id = id_of(*node);
    text += indent + id +
            " [label=" + dot_string(printable(describe(*node)) + "\n" + node->op->name + " " + said_of(*node, texts)) +
            ", fillcolor=\"" + colour_of(*node) + "\"" +
            (node->where ? ", tooltip=" + dot_string(node->where.text()) : std::string()) + "];\n";
    for (const Tensor& input : node->inputs())
      text +=
          indent + id_of(*place_of(input).node) + " -> " + id + " [label=" + dot_string(input.shape().text()) + "];\n";
    for (const Node* before : graph.info_of(*node).control)
      text += indent + id_of(*before) + " -> " + id + " [style=dashed];\n";
    int number = 0;
    for (const auto& [name, subgraph] : subgraphs_of(*node)) {
      const GraphImpl& inner = *subgraph->outputs[0].impl()->graph;
      const std::string inner_prefix = id + "_" + std::to_string(number++) + "_";
      text += indent + "subgraph cluster" + inner_prefix + " {\n" + indent +
              "  label=" + dot_string(printable(describe(*node)) + ": " + name) + ";\n";
      add_dot(text, inner, texts, inner_prefix, indent + "  ");
      text += indent + "}\n" + indent + inner_prefix + std::to_string(place_of(subgraph->outputs[0]).node->sequence) +
              " -> " + id + " [style=dotted];\n";
    }
  }
}

void add_text(std::string& text, const GraphImpl& graph, const std::string& indent) {
  for (const auto& node : graph.nodes) {
    text += indent + printable(describe(*node)) + " = " + node->op->name + "(";
    const char* separator = "";
    for (const Tensor& input : node->inputs()) {
      const Place place = place_of(input);
      text += separator + printable(describe(*place.node)) + (place.output ? ":" + std::to_string(place.output) : "");
      separator = ", ";
    }
    const auto inner = subgraphs_of(*node);
    if (node->op->attributes && node->attributes && !is_source(*node->op) && inner.empty()) {
      text += *separator ? "; " : "";
      print_readably(*node->op->attributes, node->attributes, text);
    }
    text += ")" + (node->output_count ? " : " + outputs_of(*node) : std::string());
    separator = " after ";
    for (const Node* before : graph.info_of(*node).control) {
      text += separator + printable(describe(*before));
      separator = ", ";
    }
    text += (node->where ? "  # " + node->where.text() : std::string()) + "\n";
    for (const auto& [name, subgraph] : inner) {
      text += indent + "  " + name + ":\n";
      add_text(text, *subgraph->outputs[0].impl()->graph, indent + "    ");
      text += indent + "    gives";
      separator = " ";
      for (const Tensor& output : subgraph->outputs) {
        const Place place = place_of(output);
        text += separator + printable(describe(*place.node)) + (place.output ? ":" + std::to_string(place.output) : "");
        separator = ", ";
      }
      text += "\n";
    }
  }
}

}  // namespace

std::string graph_as_dot(const GraphImpl& graph, const NodeTexts& texts) {
  std::string text = "digraph {\n  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n";
  add_dot(text, graph, texts, "n", "  ");
  return text + "}\n";
}

std::string graph_as_text(const GraphImpl& graph) {
  std::string text;
  add_text(text, graph, "");
  return text;
}

namespace {

Diagram diagram_of(const GraphImpl& graph, const NodeTexts& texts) {
  Diagram diagram;
  for (const auto& node : graph.nodes) {
    for (const Tensor& input : node->inputs())
      diagram.arrows.push_back({place_of(input).node->sequence, node->sequence});
    for (const Node* before : graph.info_of(*node).control)
      diagram.arrows.push_back({before->sequence, node->sequence, true});
    const std::string name = printable(describe(*node)), said = said_of(*node, texts);
    diagram.boxes.push_back(
        {name, shortened(said, texts),
         name + ": " + node->op->name + ", " + said + (node->where ? ", " + node->where.text() : std::string()),
         colour_of(*node)});
  }
  return diagram;
}

/// The picture of a graph, and below it those of its nodes' sub-graphs, each under a heading.
void stack_pictures(Picture& all, const GraphImpl& graph, const NodeTexts& texts, const std::string& heading) {
  constexpr double line = 30;
  if (!heading.empty()) {
    all.content += "<text x=\"20\" y=\"" + std::to_string(static_cast<int>(all.height + line / 2)) +
                   "\" font-size=\"14\" font-weight=\"bold\">" + markup_text(heading) + "</text>\n";
    all.height += line;
  }
  const Picture one = picture_of(diagram_of(graph, texts), "write_svg");
  all.content += heading.empty() ? one.content
                                 : "<g transform=\"translate" + std::string("(0,") +
                                       std::to_string(static_cast<int>(all.height)) + ")\">\n" + one.content + "</g>\n";
  all.width = std::max(all.width, one.width);
  all.height += one.height;
  for (const auto& node : graph.nodes)
    for (const auto& [name, subgraph] : subgraphs_of(*node))
      stack_pictures(all, *subgraph->outputs[0].impl()->graph, texts,
                     (heading.empty() ? "" : heading + ", ") + printable(describe(*node)) + ": " + name);
}

}  // namespace

std::string graph_as_svg(const GraphImpl& graph, const NodeTexts& texts) {
  Picture all{"", 0, 0};
  stack_pictures(all, graph, texts, "");
  return svg_of(all);
}

}  // namespace triptych
