// Boxes that are joined by arrows, as SVG and in Graphviz's language: what graphs and tapes are drawn as.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// Two lines of text, and a third that is shown when the mouse points at it.
struct DiagramBox {
  std::string title, text, hint;
  const char* colour = "#ffffff";
};

struct DiagramArrow {
  std::size_t from, to;
  bool dashed = false;
};

/// Boxes stand behind those that arrows come from, as `layered_layout` asks for.
struct Diagram {
  std::vector<DiagramBox> boxes;
  std::vector<DiagramArrow> arrows;
};

/// A picture: what is in it, as SVG, and how large it is.
struct Picture {
  std::string content;
  double width = 0, height = 0;
};

constexpr std::size_t largest_drawing = 5000;  // boxes
/// Boxes in layers by their distance from those that no arrow comes to, arrows downwards. UnsupportedError of
/// `function` if there are too many.
Picture picture_of(const Diagram& diagram, std::string_view function);
/// The file of a picture.
std::string svg_of(const Picture& picture);
std::string dot_of(const Diagram& diagram);

}  // namespace triptych
