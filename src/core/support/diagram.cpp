#include "core/support/diagram.h"

#include <algorithm>
#include <utility>

#include "triptych/core/error.h"

namespace triptych {

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

namespace {

/// What fits into a box of a name, from its end: a name's first parts are scopes.
std::string last_part(std::string_view name) {
  constexpr std::size_t fits = 30;
  if (name.size() <= fits) return std::string(name);
  name.remove_prefix(name.size() - fits + 3);
  while ((name.front() & 0xc0) == 0x80) name.remove_prefix(1);  // not within a character
  return "..." + std::string(name);
}

/// Which layer each box stands in, and where in it.
struct Layout {
  std::vector<int> layer;
  std::vector<double> x;  // centre, in units of one box
  std::vector<std::vector<std::size_t>> layers;
};

/// Layers by the longest way from a source; in a layer, boxes stand near the mean of what they are joined to.
Layout layered(const Diagram& diagram) {
  const std::size_t count = diagram.boxes.size();
  Layout layout{std::vector<int>(count), std::vector<double>(count), {}};
  std::vector<std::vector<std::size_t>> above(count), below(count);
  const auto join = [&](std::size_t from, std::size_t to) {
    above[to].push_back(from);
    below[from].push_back(to);
    layout.layer[to] = std::max(layout.layer[to], layout.layer[from] + 1);
  };
  for (const DiagramArrow& arrow : diagram.arrows) join(arrow.from, arrow.to);
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

constexpr std::size_t largest_drawing = 5000;  // boxes

std::string number(double value) { return std::to_string(static_cast<int>(value)); }

}  // namespace

Picture picture_of(const Diagram& diagram, std::string_view function) {
  if (diagram.boxes.size() > largest_drawing)
    throw UnsupportedError(function, "the graph is too large to draw",
                           std::to_string(diagram.boxes.size()) + " nodes, at most " + std::to_string(largest_drawing),
                           "Use write_dot");
  constexpr double width = 190, height = 44, column = 210, row = 84, margin = 20;
  const Layout layout = layered(diagram);
  const auto left = [&](std::size_t i) { return margin + layout.x[i] * column; };
  const auto top = [&](std::size_t i) { return margin + layout.layer[i] * row; };
  const double right = layout.x.empty() ? 0 : *std::max_element(layout.x.begin(), layout.x.end());
  std::string text;
  for (const DiagramArrow& arrow : diagram.arrows) {
    const double x1 = left(arrow.from) + width / 2, y1 = top(arrow.from) + height, x2 = left(arrow.to) + width / 2,
                 y2 = top(arrow.to);
    const double bend = (y2 - y1) / 2;
    text += "<path d=\"M" + number(x1) + " " + number(y1) + " C" + number(x1) + " " + number(y1 + bend) + " " +
            number(x2) + " " + number(y2 - bend) + " " + number(x2) + " " + number(y2) +
            "\" fill=\"none\" stroke=\"#888\"" + (arrow.dashed ? " stroke-dasharray=\"4 3\"" : "") + "/>\n";
  }
  for (std::size_t i = 0; i < diagram.boxes.size(); ++i) {
    const DiagramBox& box = diagram.boxes[i];
    const std::string centre = number(left(i) + width / 2);
    text += "<g><title>" + escaped(box.hint) + "</title><rect x=\"" + number(left(i)) + "\" y=\"" + number(top(i)) +
            "\" width=\"" + number(width) + "\" height=\"" + number(height) + "\" rx=\"6\" fill=\"" + box.colour +
            "\" stroke=\"#555\"/>" + "<text x=\"" + centre + "\" y=\"" + number(top(i) + 18) +
            "\" text-anchor=\"middle\" font-weight=\"bold\">" + escaped(last_part(box.title)) + "</text><text x=\"" +
            centre + "\" y=\"" + number(top(i) + 34) + "\" text-anchor=\"middle\">" + escaped(box.text) +
            "</text></g>\n";
  }
  return {std::move(text), 2 * margin + right * column + width,
          2 * margin + static_cast<double>(layout.layers.size()) * row};
}

std::string svg_of(const Picture& picture) {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + number(picture.width) + "\" height=\"" +
         number(picture.height) +
         "\" font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" "
         "fill=\"white\"/>\n" +
         picture.content + "</svg>\n";
}

std::string dot_of(const Diagram& diagram) {
  std::string text = "digraph {\n  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n";
  for (std::size_t i = 0; i < diagram.boxes.size(); ++i) {
    const DiagramBox& box = diagram.boxes[i];
    text += "  n" + std::to_string(i) + " [label=" + dot_string(box.title + (box.text.empty() ? "" : "\n" + box.text)) +
            ", fillcolor=\"" + box.colour + "\"" + (box.hint.empty() ? "" : ", tooltip=" + dot_string(box.hint)) +
            "];\n";
  }
  for (const DiagramArrow& arrow : diagram.arrows)
    text += "  n" + std::to_string(arrow.from) + " -> n" + std::to_string(arrow.to) +
            (arrow.dashed ? " [style=dashed]" : "") + ";\n";
  return text + "}\n";
}

}  // namespace triptych
