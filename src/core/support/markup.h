// Texts inside of pictures: what SVG and Graphviz's language would take for signs of their own.
#pragma once

#include <string>
#include <string_view>

namespace triptych {

/// As the text of an element, or the value of an attribute, of SVG or HTML.
std::string markup_text(std::string_view text);
/// As a string of DOT, in its quotes.
std::string dot_string(std::string_view text);
/// Coordinates are whole numbers.
inline std::string coordinate(double value) { return std::to_string(static_cast<int>(value)); }

}  // namespace triptych
