#include "core/support/diagram.h"

#include <algorithm>
#include <utility>

#include "core/support/layered_layout.h"
#include "core/support/markup.h"
#include "triptych/core/error.h"

namespace triptych {
namespace {

/// What fits into a box of a name, from its end: a name's first parts are scopes.
std::string last_part(std::string_view name) {
  constexpr std::size_t fits = 30;
  if (name.size() <= fits) return std::string(name);
  name.remove_prefix(name.size() - fits + 3);
  while ((name.front() & 0xc0) == 0x80) name.remove_prefix(1);  // not within a character
  return "..." + std::string(name);
}

}  // namespace

Picture picture_of(const Diagram& diagram, std::string_view function) {
  if (diagram.boxes.size() > largest_drawing)
    throw UnsupportedError(function, "the graph is too large to draw",
                           std::to_string(diagram.boxes.size()) + " nodes, at most " + std::to_string(largest_drawing),
                           "Use write_dot");
  constexpr double width = 190, height = 44, column = 210, row = 84, margin = 20;
  std::vector<std::pair<std::size_t, std::size_t>> edges;
  for (const DiagramArrow& arrow : diagram.arrows) edges.emplace_back(arrow.from, arrow.to);
  const LayeredLayout layout = layered_layout(diagram.boxes.size(), edges);
  const auto left = [&](std::size_t i) { return margin + layout.x[i] * column; };
  const auto top = [&](std::size_t i) { return margin + layout.layer[i] * row; };
  const double right = layout.x.empty() ? 0 : *std::max_element(layout.x.begin(), layout.x.end());
  std::string text;
  for (const DiagramArrow& arrow : diagram.arrows) {
    const double x1 = left(arrow.from) + width / 2, y1 = top(arrow.from) + height, x2 = left(arrow.to) + width / 2,
                 y2 = top(arrow.to);
    const double bend = (y2 - y1) / 2;
    text += "<path d=\"M" + coordinate(x1) + " " + coordinate(y1) + " C" + coordinate(x1) + " " +
            coordinate(y1 + bend) + " " + coordinate(x2) + " " + coordinate(y2 - bend) + " " + coordinate(x2) + " " +
            coordinate(y2) + "\" fill=\"none\" stroke=\"#888\"" + (arrow.dashed ? " stroke-dasharray=\"4 3\"" : "") +
            "/>\n";
  }
  for (std::size_t i = 0; i < diagram.boxes.size(); ++i) {
    const DiagramBox& box = diagram.boxes[i];
    const std::string centre = coordinate(left(i) + width / 2);
    text += "<g><title>" + markup_text(box.hint) + "</title><rect x=\"" + coordinate(left(i)) + "\" y=\"" +
            coordinate(top(i)) + "\" width=\"" + coordinate(width) + "\" height=\"" + coordinate(height) +
            "\" rx=\"6\" fill=\"" + box.colour + "\" stroke=\"#555\"/>" + "<text x=\"" + centre + "\" y=\"" +
            coordinate(top(i) + 18) + "\" text-anchor=\"middle\" font-weight=\"bold\">" +
            markup_text(last_part(box.title)) + "</text><text x=\"" + centre + "\" y=\"" + coordinate(top(i) + 34) +
            "\" text-anchor=\"middle\">" + markup_text(box.text) + "</text></g>\n";
  }
  return {std::move(text), 2 * margin + right * column + width,
          2 * margin + static_cast<double>(layout.layers.size()) * row};
}

std::string svg_of(const Picture& picture) {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + coordinate(picture.width) + "\" height=\"" +
         coordinate(picture.height) +
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
