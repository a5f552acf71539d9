#include "core/graph/drawing.h"

#include <algorithm>
#include <numeric>

#include "core/dispatch/attributes.h"
#include "core/graph/control_flow.h"
#include "core/support/printable.h"

namespace triptych {
namespace {

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string dot_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

/// What fits into a box of a name, from its end: a name's first parts are scopes.
std::string last_part(std::string_view name) {
  constexpr std::size_t fits = 30;
  if (name.size() <= fits) return std::string(name);
  name.remove_prefix(name.size() - fits + 3);
  while ((name.front() & 0xc0) == 0x80) name.remove_prefix(1);  // not within a character
  return "..." + std::string(name);
}

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

/// Which layer each node stands in, and where in it.
struct Layout {
  std::vector<int> layer;
  std::vector<double> x;  // centre, in units of one node
  std::vector<std::vector<std::size_t>> layers;
};

/// Layers by the longest way from a source; in a layer, nodes stand near the mean of what they are joined to.
Layout layered(const GraphImpl& graph) {
  const std::size_t count = graph.nodes.size();
  Layout layout{std::vector<int>(count), std::vector<double>(count), {}};
  std::vector<std::vector<std::size_t>> above(count), below(count);
  const auto join = [&](std::size_t from, std::size_t to) {
    above[to].push_back(from);
    below[from].push_back(to);
    layout.layer[to] = std::max(layout.layer[to], layout.layer[from] + 1);
  };
  for (const auto& node : graph.nodes) {
    for (const Tensor& input : node->inputs()) join(place_of(input).node->sequence, node->sequence);
    for (const Node* before : graph.info_of(*node).control) join(before->sequence, node->sequence);
  }
  for (std::size_t i = count; i-- > 0;)  // sources stand right above their first user
    if (above[i].empty() && !below[i].empty()) {
      int first = layout.layer[below[i][0]];
      for (std::size_t user : below[i]) first = std::min(first, layout.layer[user]);
      layout.layer[i] = first - 1;
    }
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(layout.layer[i]);
    if (at >= layout.layers.size()) layout.layers.resize(at + 1);
    layout.x[i] = static_cast<double>(layout.layers[at].size());
    layout.layers[at].push_back(i);
  }
  const auto arrange = [&](std::vector<std::size_t>& nodes, const std::vector<std::vector<std::size_t>>& neighbours) {
    std::vector<double> wish(count);
    for (std::size_t i : nodes) {
      wish[i] = layout.x[i];
      if (neighbours[i].empty()) continue;
      wish[i] = 0;
      for (std::size_t other : neighbours[i]) wish[i] += layout.x[other];
      wish[i] /= static_cast<double>(neighbours[i].size());
    }
    std::stable_sort(nodes.begin(), nodes.end(), [&](std::size_t a, std::size_t b) { return wish[a] < wish[b]; });
    double next = 0;
    for (std::size_t i : nodes) {
      layout.x[i] = std::max(next, wish[i]);
      next = layout.x[i] + 1;
    }
  };
  for (int sweep = 0; sweep < 4; ++sweep) {
    for (std::size_t i = 1; i < layout.layers.size(); ++i) arrange(layout.layers[i], above);
    for (std::size_t i = layout.layers.size(); i-- > 1;) arrange(layout.layers[i - 1], below);
  }
  return layout;
}

constexpr std::size_t largest_drawing = 5000;  // nodes

void check_size(const GraphImpl& graph) {
  if (graph.nodes.size() > largest_drawing)
    throw UnsupportedError("write_svg", "the graph is too large to draw",
                           std::to_string(graph.nodes.size()) + " nodes, at most " + std::to_string(largest_drawing),
                           "Use write_dot");
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

/// A picture: what is in it, and how large it is.
struct Picture {
  std::string content;
  double width, height;
};

Picture picture_of(const GraphImpl& graph, const NodeTexts& texts) {
  check_size(graph);
  constexpr double width = 190, height = 44, column = 210, row = 84, margin = 20;
  const Layout layout = layered(graph);
  const auto number = [](double value) { return std::to_string(static_cast<int>(value)); };
  const auto left = [&](std::size_t i) { return margin + layout.x[i] * column; };
  const auto top = [&](std::size_t i) { return margin + layout.layer[i] * row; };
  const double right = layout.x.empty() ? 0 : *std::max_element(layout.x.begin(), layout.x.end());
  std::string text;
  const auto edge = [&](std::size_t from, std::size_t to, bool control) {
    const double x1 = left(from) + width / 2, y1 = top(from) + height, x2 = left(to) + width / 2, y2 = top(to);
    const double bend = (y2 - y1) / 2;
    text += "<path d=\"M" + number(x1) + " " + number(y1) + " C" + number(x1) + " " + number(y1 + bend) + " " +
            number(x2) + " " + number(y2 - bend) + " " + number(x2) + " " + number(y2) +
            "\" fill=\"none\" stroke=\"#888\"" + (control ? " stroke-dasharray=\"4 3\"" : "") + "/>\n";
  };
  for (const auto& node : graph.nodes) {
    for (const Tensor& input : node->inputs()) edge(place_of(input).node->sequence, node->sequence, false);
    for (const Node* before : graph.info_of(*node).control) edge(before->sequence, node->sequence, true);
  }
  for (const auto& node : graph.nodes) {
    const std::size_t i = node->sequence;
    const std::string centre = number(left(i) + width / 2);
    const std::string name = printable(describe(*node));
    text += "<g><title>" +
            escaped(name + ": " + node->op->name + ", " + said_of(*node, texts) +
                    (node->where ? ", " + node->where.text() : "")) +
            "</title><rect x=\"" + number(left(i)) + "\" y=\"" + number(top(i)) + "\" width=\"" + number(width) +
            "\" height=\"" + number(height) + "\" rx=\"6\" fill=\"" + colour_of(*node) + "\" stroke=\"#555\"/>" +
            "<text x=\"" + centre + "\" y=\"" + number(top(i) + 18) +
            "\" text-anchor=\"middle\" font-weight=\"bold\">" + escaped(last_part(name)) + "</text><text x=\"" +
            centre + "\" y=\"" + number(top(i) + 34) + "\" text-anchor=\"middle\">" +
            escaped(shortened(said_of(*node, texts), texts)) + "</text></g>\n";
  }
  return {std::move(text), 2 * margin + right * column + width,
          2 * margin + static_cast<double>(layout.layers.size()) * row};
}

/// The picture of a graph, and below it those of its nodes' sub-graphs, each under a heading.
void stack_pictures(Picture& all, const GraphImpl& graph, const NodeTexts& texts, const std::string& heading) {
  constexpr double line = 30;
  if (!heading.empty()) {
    all.content += "<text x=\"20\" y=\"" + std::to_string(static_cast<int>(all.height + line / 2)) +
                   "\" font-size=\"14\" font-weight=\"bold\">" + escaped(heading) + "</text>\n";
    all.height += line;
  }
  const Picture one = picture_of(graph, texts);
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
  const auto number = [](double value) { return std::to_string(static_cast<int>(value)); };
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + number(all.width) + "\" height=\"" +
         number(all.height) +
         "\" font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" "
         "fill=\"white\"/>\n" +
         all.content + "</svg>\n";
}

}  // namespace triptych
