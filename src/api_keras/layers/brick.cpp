#include "api_keras/layers/brick.h"

#include <algorithm>

#include "core/formats/json.h"
#include "core/support/printable.h"
#include "triptych/core/random.h"

namespace triptych::keras {

std::string json_string(const std::string& text) { return Json(valid_utf8(text)).dump(); }

JsonObject& JsonObject::add_raw(const std::string& key, const std::string& json) {
  if (!text_.empty()) text_ += ", ";
  text_ += json_string(key) + ": " + json;
  return *this;
}
JsonObject& JsonObject::add(const std::string& key, const std::string& text) { return add_raw(key, json_string(text)); }
std::string JsonObject::number(double value) { return Json(value).dump(); }
JsonObject& JsonObject::add(const std::string& key, double number) { return add_raw(key, JsonObject::number(number)); }
JsonObject& JsonObject::add(const std::string& key, const std::vector<double>& numbers) {
  std::string text;
  for (const double number : numbers) text += (text.empty() ? "" : ", ") + JsonObject::number(number);
  return add_raw(key, "[" + text + "]");
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

JsonObject& JsonObject::add(const std::string& key, const Axes& axes) {
  std::string text;
  for (const std::int64_t axis : axes) text += (text.empty() ? "" : ", ") + std::to_string(axis);
  return add_raw(key, "[" + text + "]");
}

const Tensor& only_input(const LayerBase& layer, const std::vector<Tensor>& xs) {
  if (xs.size() != 1)
    throw ArgumentError(layer.class_name(), "the layer takes one input, and got another number",
                        "layer '" + layer.name() + "' was called on " + std::to_string(xs.size()));
  return xs[0];
}

void takes(const LayerBase& layer, const CallOptions& options, std::initializer_list<std::string_view> arguments) {
  const auto check = [&](std::string_view name, bool given) {
    if (given && std::find(arguments.begin(), arguments.end(), name) == arguments.end())
      throw ArgumentError(layer.class_name(), "the layer does not take an argument that it is called with",
                          "." + std::string(name) + ", layer '" + layer.name() + "'");
  };
  check("initial_state", !options.initial_state.empty());
  check("attention_mask", options.attention_mask.defined());
  check("return_attention_scores", options.return_attention_scores);
  check("use_causal_mask", options.use_causal_mask);
  check("reverse", options.reverse);
}

void check_rank(const LayerBase& layer, const Shape& x, int rank, const char* axes) {
  constexpr const char* numbers[] = {"no", "one", "two", "three", "four", "five", "six"};
  if (x.rank() != rank)
    throw ArgumentError(layer.class_name(), std::string("the input does not have ") + numbers[rank] + " axes: " + axes,
                        "layer '" + layer.name() + "' got " + x.text(),
                        x.rank() + 1 == rank ? "Is the last axis missing, that of channels, as in {28, 28, 1}?" : "");
}

void check_positive(const char* layer, const char* name, std::int64_t value, Location where) {
  if (value < 1) throw ArgumentError(layer, std::string(name) + " is below 1", std::to_string(value), "", where);
}

void check_seed(const char* layer, std::int64_t seed, Location where) {
  if (seed < -1)
    throw ArgumentError(layer, "seed is below -1", std::to_string(seed), "-1 takes the next stream", where);
}

Tensor random_stream(std::int64_t seed) {
  return seed < 0 ? default_generator().next_stream() : Generator(static_cast<std::uint64_t>(seed)).next_stream();
}

Tensor first_along(const Tensor& x, int axis) { return slice(x, axis, {0, 1}); }

bool is_channels_first(const std::string& format, const char* layer, Location where) {
  if (format != "channels_last" && format != "channels_first")
    throw ArgumentError(layer, "there is no such data_format", "'" + format + "'",
                        "Use 'channels_last' or 'channels_first'", where);
  return format == "channels_first";
}

}  // namespace triptych::keras
