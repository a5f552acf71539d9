// The arguments of an object, as users read and write them.

#include "api_keras/saving/fields.h"
#include "api_keras/saving/objects.h"
#include "core/formats/json.h"
#include "core/support/printable.h"
#include "triptych/keras/saving.h"

namespace triptych::keras {
namespace {

template <class T>
T read(const std::string& json, Text key, Location where, T value = {}) {
  const Json object = Json::parse(json);
  if (!object.contains(std::string(key)) || object[std::string(key)].is_null())
    throw ArgumentError("Config", "there is no argument of this name", "'" + std::string(key) + "'", "", where);
  Fields(object, "Config", where).field(std::string(key).c_str(), value);
  return value;
}

template <class T>
std::string written(const std::string& json, const std::string& key, const T& value) {
  Json object = Json::parse(json);
  object[valid_utf8(key)] = value;
  return object.dump();
}

}  // namespace

Config::Config(OwnedText json, Location where) : json_(std::move(json)) {
  const Json object = parse_json(json_, "Config", "the text", where);
  if (!object.is_object()) throw ArgumentError("Config", "the text is not an object", short_text(object), "", where);
}

bool Config::contains(Text key) const { return Json::parse(json_).contains(std::string(key)); }
std::int64_t Config::integer(Text key, Location where) const { return read<std::int64_t>(json_, key, where); }
double Config::number(Text key, Location where) const { return read<double>(json_, key, where); }
bool Config::boolean(Text key, Location where) const { return read<bool>(json_, key, where); }
std::string Config::text(Text key, Location where) const { return read<std::string>(json_, key, where); }
std::vector<std::int64_t> Config::integers(Text key, Location where) const {
  return read<std::vector<std::int64_t>>(json_, key, where);
}
Layer Config::layer(Text key, Location where) const { return read<Layer>(json_, key, where); }
LearningRate Config::learning_rate(Text key, Location where) const {
  return read<LearningRate>(json_, key, where, LearningRate(0.0));
}

Config& Config::set_integer(OwnedText key, std::int64_t value) {
  json_ = written(json_, key, value);
  return *this;
}
Config& Config::set_number(OwnedText key, double value) {
  json_ = written(json_, key, value);
  return *this;
}
Config& Config::set_boolean(OwnedText key, bool value) {
  json_ = written(json_, key, value);
  return *this;
}
Config& Config::set(OwnedText key, const OwnedText& value) {
  json_ = written(json_, key, valid_utf8(value));
  return *this;
}
Config& Config::set(OwnedText key, const std::vector<std::int64_t>& values) {
  json_ = written(json_, key, values);
  return *this;
}
Config& Config::set(OwnedText key, const Layer& layer, Location where) {
  json_ = written(json_, key, layer_object(layer, where));
  return *this;
}
Config& Config::set(OwnedText key, const LearningRate& rate) {
  const auto* schedule = rate.schedule();
  json_ = written(json_, key, schedule ? schedule_object(*schedule) : Json(rate.value()));
  return *this;
}

}  // namespace triptych::keras
