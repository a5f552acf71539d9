#include "api_keras/layers/brick.h"

#include <charconv>
#include <cstdio>

#include "core/support/printable.h"

namespace triptych::keras {

std::string json_string(const std::string& text) {
  std::string result = "\"";
  for (const char c : valid_utf8(text)) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char buffer[8];
      std::snprintf(buffer, sizeof buffer, "\\u%04x", c);
      result += buffer;
    } else {
      result += c;
    }
  }
  return result + "\"";
}

JsonObject& JsonObject::add_raw(const std::string& key, const std::string& json) {
  if (!text_.empty()) text_ += ", ";
  text_ += json_string(key) + ": " + json;
  return *this;
}
JsonObject& JsonObject::add(const std::string& key, const std::string& text) { return add_raw(key, json_string(text)); }
JsonObject& JsonObject::add(const std::string& key, double number) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
  return add_raw(key, std::string(buffer, end));
}
JsonObject& JsonObject::add(const std::string& key, std::int64_t number) {
  return add_raw(key, std::to_string(number));
}
JsonObject& JsonObject::add(const std::string& key, bool value) { return add_raw(key, value ? "true" : "false"); }
JsonObject& JsonObject::add(const std::string& key, Size2 pair) { return add(key, Shape{pair.height, pair.width}); }
JsonObject& JsonObject::add(const std::string& key, const Shape& shape) {
  std::string text;
  for (const std::int64_t dim : shape) {
    text += text.empty() ? "[" : ", ";
    text += dim < 0 ? "null" : std::to_string(dim);
  }
  return add_raw(key, text.empty() ? "[]" : text + "]");
}

bool is_channels_first(const std::string& format, const char* layer, Location where) {
  if (format != "channels_last" && format != "channels_first")
    throw ArgumentError(layer, "there is no such data_format", "'" + format + "'",
                        "Use 'channels_last' or 'channels_first'", where);
  return format == "channels_first";
}

}  // namespace triptych::keras
