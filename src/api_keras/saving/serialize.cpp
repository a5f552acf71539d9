// Layers, losses, metrics, optimizers and the like as JSON.
#include "api_keras/saving/objects.h"
#include "core/support/printable.h"
#include "triptych/keras/saving.h"

namespace triptych::keras {
namespace {

template <class Object>
std::string written(Json (*describe)(const Object&), const Object& object, Location where) {
  const Frame frame(where);
  const Json json = describe(object);
  check_writable(json, "serialize", where);
  return json.dump();
}

template <class Made>
Made read(Made (*from)(const Json&, Location), const OwnedText& json, const saving::CustomObjects& custom_objects,
          const char* op, Location where) {
  const Frame frame(where);
  const Reading reading(op);
  const saving::custom_object_scope scope(custom_objects, where);
  return from(parse_json(json, op, "the text", where), where);
}

}  // namespace

std::string saving::serialize_keras_object(const Layer& layer, Location where) {
  const Frame frame(where);
  const Json json = layer_object(layer, where);
  check_writable(json, "serialize_keras_object", where);
  return json.dump();
}
Layer saving::deserialize_keras_object(const OwnedText& json, const CustomObjects& custom_objects, Location where) {
  return read(&layer_from, json, custom_objects, "deserialize_keras_object", where);
}

Layer layers::from_config(const OwnedText& class_name, const OwnedText& config, Location where) {
  const Frame frame(where);
  const Reading reading("from_config");
  Json object = {{"class_name", valid_utf8(class_name)}};
  object["config"] = parse_json(config, "from_config", "the text", where);
  return layer_from(object, where);
}

std::string losses::serialize(const Loss& loss, Location where) { return written(&loss_object, loss, where); }
Loss losses::deserialize(const OwnedText& json, const saving::CustomObjects& custom_objects, Location where) {
  return read(&loss_from, json, custom_objects, "deserialize", where);
}
std::string metrics::serialize(const Metric& metric, Location where) { return written(&metric_object, metric, where); }
Metric metrics::deserialize(const OwnedText& json, const saving::CustomObjects& custom_objects, Location where) {
  return read(&metric_from, json, custom_objects, "deserialize", where);
}
std::string optimizers::serialize(const Optimizer& optimizer, Location where) {
  return written(&optimizer_object, optimizer, where);
}
Optimizer optimizers::deserialize(const OwnedText& json, const saving::CustomObjects& custom_objects, Location where) {
  return read(&optimizer_from, json, custom_objects, "deserialize", where);
}
std::string optimizers::schedules::serialize(const LearningRateSchedule& schedule, Location where) {
  return written(&schedule_object, schedule, where);
}
optimizers::schedules::LearningRateSchedule optimizers::schedules::deserialize(
    const OwnedText& json, const saving::CustomObjects& custom_objects, Location where) {
  return read(&schedule_from, json, custom_objects, "deserialize", where);
}
std::string initializers::serialize(const Initializer& initializer, Location where) {
  return written(&initializer_object, initializer, where);
}
Initializer initializers::deserialize(const OwnedText& json, const saving::CustomObjects& custom_objects,
                                      Location where) {
  return read(&initializer_from, json, custom_objects, "deserialize", where);
}
std::string regularizers::serialize(const Regularizer& regularizer, Location where) {
  return written(&regularizer_object, regularizer, where);
}
Regularizer regularizers::deserialize(const OwnedText& json, const saving::CustomObjects& custom_objects,
                                      Location where) {
  return read(&regularizer_from, json, custom_objects, "deserialize", where);
}
std::string constraints::serialize(const Constraint& constraint, Location where) {
  return written(&constraint_object, constraint, where);
}
Constraint constraints::deserialize(const OwnedText& json, const saving::CustomObjects& custom_objects,
                                    Location where) {
  return read(&constraint_from, json, custom_objects, "deserialize", where);
}

}  // namespace triptych::keras
