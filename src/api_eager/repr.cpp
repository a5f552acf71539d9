#include "api_eager/repr.h"

#include <charconv>
#include <cmath>

namespace triptych::eager {

std::string python_text(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
  // Python writes exponents below -4 and from 16 on.
  const double size = std::abs(value);
  const auto format =
      value != 0 && (size < 1e-4 || size >= 1e16) ? std::chars_format::scientific : std::chars_format::fixed;
  char text[64];
  std::string result(text, std::to_chars(text, text + sizeof text, value, format).ptr);
  if (result.find_first_of(".e") == std::string::npos) result += ".0";
  return result;
}

std::string tuple_text(const Size2& size) {
  return "(" + std::to_string(size.height) + ", " + std::to_string(size.width) + ")";
}

std::string pair_text(const Size2& size) {
  return size.height == size.width ? std::to_string(size.height) : tuple_text(size);
}

std::string padding_text(const Padding2& padding, bool tuple) {
  if (padding.mode == PaddingMode::same) return "same";
  if (padding.mode == PaddingMode::valid) return "valid";
  return tuple ? tuple_text(padding.size) : pair_text(padding.size);
}

}  // namespace triptych::eager
