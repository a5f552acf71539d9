// What files say of objects: {"module", "class_name", "config", "registered_name"}, both ways.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/formats/json.h"
#include "triptych/keras/constraints.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/layer.h"
#include "triptych/keras/model.h"
#include "triptych/keras/optimizers.h"
#include "triptych/keras/regularizers.h"

namespace triptych::keras {

/// While alive, errors about what is read on this thread are those of the function `op`.
class [[nodiscard]] Reading {
 public:
  explicit Reading(const char* op);
  ~Reading();
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  /// The innermost one's; "load_model" where there is none.
  static const char* op();

 private:
  const char* previous_;
};

/// `text` as JSON. ArgumentError of `op` if it is none, is nested too deep, or has bytes that are no UTF-8.
Json parse_json(const std::string& text, std::string_view op, const std::string& name, Location where);
/// As Python writes it: a space after commas and colons.
std::string text_of(const Json& value);
/// For errors: the value, cut where it is long.
std::string short_text(const Json& value);

/// Stands where a function is that no file can hold; `check_writable` finds it.
Json unwritable_function();
/// UnsupportedError of `op` if there is such a function anywhere in `object`, with the keys that lead to it.
void check_writable(const Json& object, std::string_view op, Location where);

/// An object's class and arguments, or its class alone.
struct ObjectParts {
  std::string class_name = {};
  /// What a class of the user's is called, with its package; "" of Keras's own, or where nothing is said.
  std::string registered_name = {};
  const Json* config = nullptr;  // null: none
  /// Keras's own, whatever is registered under that name.
  bool is_built_in = false;

  /// What the user's function that makes the object is called; "" if there is none.
  std::string custom_name() const { return is_built_in ? "" : registered_name.empty() ? class_name : registered_name; }
};
/// ArgumentError unless `object` is such an object, or a name.
ObjectParts parts_of(const Json& object, const char* what, Location where);

/// An object's class and arguments as files have them. `module`: Keras's, of what is its own.
Json object_of_class(const char* module, const std::string& class_name, const std::string& registered, Json config);

// ArgumentError unless the object is one of Keras's, or registered.
Initializer initializer_from(const Json& object, Location where);
Regularizer regularizer_from(const Json& object, Location where);
Constraint constraint_from(const Json& object, Location where);
Activation activation_from(const Json& object, Location where);
optimizers::schedules::LearningRateSchedule schedule_from(const Json& object, Location where);
Json activation_object(const Activation& activation);

Json optimizer_object(const Optimizer& optimizer);
Optimizer optimizer_from(const Json& object, Location where);
Json loss_object(const Loss& loss);
Loss loss_from(const Json& object, Location where);
/// Of a metric that was made by a name, the name.
Json metric_object(const Metric& metric);
Metric metric_from(const Json& object, Location where);
Json initializer_object(const Initializer& initializer);
/// Null for none.
Json regularizer_object(const Regularizer& regularizer);
Json constraint_object(const Constraint& constraint);
Json schedule_object(const optimizers::schedules::LearningRateSchedule& schedule);

/// A layer, or a model, as a file describes it.
Json layer_object(const Layer& layer, Location where);
/// A new layer, or model. ArgumentError for a class that is not known, or arguments that it does not take.
Layer layer_from(const Json& object, Location where);
/// The built-in layer of that class and config; undefined if there is no such class.
Layer built_in_layer(const std::string& class_name, const Json& config, Location where);
/// Names of all classes of built-in layers.
std::vector<std::string> built_in_layers();

}  // namespace triptych::keras
