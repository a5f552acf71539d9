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

std::string python_text(const Scalar& value) {
  if (value.kind() == Scalar::Kind::floating) return python_text(value.to_double());
  return value.kind() == Scalar::Kind::boolean ? python_text(value.to_int() != 0) : std::to_string(value.to_int());
}

std::string python_text(const std::optional<double>& value) { return value ? python_text(*value) : "None"; }

std::string tuple_text(const Sizes& sizes) {
  std::string text;
  for (const std::int64_t size : sizes) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "(" + text + (sizes.size() == 1 ? ",)" : ")");
}

std::string pair_text(const Sizes& sizes) {
  for (const std::int64_t size : sizes)
    if (size != sizes[0]) return tuple_text(sizes);
  return std::to_string(sizes[0]);
}

}  // namespace triptych::eager
