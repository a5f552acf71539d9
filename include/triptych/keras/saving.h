// Models as files that Keras reads and writes: `.keras` (the configuration, the weights, the optimizer's state) and
// `.weights.h5` (weights alone). https://keras.io/guides/serialization_and_saving
//
//   model.save("model.keras");
//   keras::Model again = keras::models::load_model("model.keras");
//
// A layer of one's own is written by its `config()`, and read again by what is registered for its class:
//
//   struct Scale : keras::LayerBase {
//     explicit Scale(double factor) : factor(factor) {}
//     explicit Scale(const keras::Config& config) : Scale(config.number("factor")) {}
//     std::string config() const override { return keras::Config().set("factor", factor).json(); }
//     ...
//   };
//   keras::saving::register_keras_serializable<Scale>();
//
// So are losses, metrics and optimizers. Functions are registered with a name, and given by it:
//
//   keras::saving::register_keras_serializable("my_loss", [](const tt::Tensor& y, const tt::Tensor& p) { ... });
//   model.compile({.optimizer = "adam", .loss = "my_loss"});
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

#include "triptych/core/function.h"
#include "triptych/core/option_text.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"
#include "triptych/keras/constraints.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/layer.h"
#include "triptych/keras/losses.h"
#include "triptych/keras/metrics.h"
#include "triptych/keras/model.h"
#include "triptych/keras/optimizers.h"
#include "triptych/keras/regularizers.h"

namespace triptych::keras {

/// The arguments of an object, as files have them: a JSON object.
class TRIPTYCH_API Config {
 public:
  /// Without arguments.
  Config() = default;
  /// ArgumentError unless `json` is the text of a JSON object.
  explicit Config(OwnedText json, Location where = Location::here());
  /// Copied where others are moved: the text of one that was moved from would be no object.
  Config(const Config&) = default;
  Config& operator=(const Config&) = default;

  bool contains(Text key) const;
  // ArgumentError if there is no argument `key`, or if it is of another kind.
  std::int64_t integer(Text key, Location where = Location::here()) const;
  double number(Text key, Location where = Location::here()) const;
  bool boolean(Text key, Location where = Location::here()) const;
  std::string text(Text key, Location where = Location::here()) const;
  std::vector<std::int64_t> integers(Text key, Location where = Location::here()) const;
  /// A layer, which was put there by `set`.
  Layer layer(Text key, Location where = Location::here()) const;
  /// A number, or a schedule, which is what an optimizer of one's own finds by "learning_rate".
  LearningRate learning_rate(Text key, Location where = Location::here()) const;

  template <std::integral T>
  requires(!std::same_as<T, bool>) Config& set(OwnedText key, T value) {
    return set_integer(std::move(key), static_cast<std::int64_t>(value));
  }
  template <std::same_as<bool> T>
  Config& set(OwnedText key, T value) {
    return set_boolean(std::move(key), value);
  }
  template <std::floating_point T>
  Config& set(OwnedText key, T value) {
    return set_number(std::move(key), static_cast<double>(value));
  }
  Config& set(OwnedText key, const char* value, Location where = Location::here()) {
    return set(std::move(key), OwnedText(value, where));
  }
  Config& set(OwnedText key, const OwnedText& value);
  Config& set(OwnedText key, const std::vector<std::int64_t>& values);
  /// A layer that this one holds.
  Config& set(OwnedText key, const Layer& layer, Location where = Location::here());
  Config& set(OwnedText key, const LearningRate& rate);

  const std::string& json() const { return json_; }

 private:
  Config& set_integer(OwnedText key, std::int64_t value);
  Config& set_number(OwnedText key, double value);
  Config& set_boolean(OwnedText key, bool value);
  std::string json_ = "{}";
};

namespace saving {

/// Makes a layer, or a model, of a class of one's own.
using LayerMaker = std::function<Layer(const Config& config)>;

namespace detail {
template <class T>
concept NamedInFiles = std::derived_from<T, Layer> || std::same_as<T, Loss> || std::same_as<T, Metric> ||
    std::same_as<T, Optimizer> || std::same_as<T, Initializer> || std::same_as<T, Regularizer> ||
    std::same_as<T, Constraint> || std::same_as<T, optimizers::schedules::LearningRateSchedule>;

/// The std::function that `function` becomes; void for one that is of no use here.
template <class F>
auto custom_function_of() {
  if constexpr (std::is_invocable_r_v<Tensor, F&, const Tensor&>) {
    return std::type_identity<std::function<Tensor(const Tensor&)>>();
  } else if constexpr (std::is_invocable_r_v<Tensor, F&, const Tensor&, const Tensor&>) {
    return std::type_identity<std::function<Tensor(const Tensor&, const Tensor&)>>();
  } else if constexpr (std::is_invocable_r_v<Tensor, F&, const Shape&, DType>) {
    return std::type_identity<std::function<Tensor(const Shape&, DType)>>();
  } else if constexpr (std::is_invocable_v<F&, const Config&>) {
    using Made = std::remove_cvref_t<std::invoke_result_t<F&, const Config&>>;
    if constexpr (std::derived_from<Made, Layer>)
      return std::type_identity<LayerMaker>();
    else if constexpr (NamedInFiles<Made>)
      return std::type_identity<std::function<Made(const Config&)>>();
    else
      return std::type_identity<void>();
  } else {
    return std::type_identity<void>();
  }
}
template <class F>
using CustomFunction = typename decltype(custom_function_of<F>())::type;
}  // namespace detail

/// What a name in a file stands for: a function that makes an object of a class of one's own of its Config (a layer,
/// model, loss, metric, optimizer, initializer, regularizer, constraint or learning rate schedule); or a function of
/// one's own: of a tensor (activations, regularizers, constraints), of y_true and y_pred (losses, metrics), of a shape
/// and a dtype (initializers).
class CustomObject {
 public:
  template <class F>
  requires(!std::is_void_v<detail::CustomFunction<F>>) CustomObject(F function)
      : function_(std::in_place_type<detail::CustomFunction<F>>, std::move(function)) {}

  /// The function, if it has this signature; else null.
  template <class Signature>
  const std::function<Signature>* as() const {
    return std::get_if<std::function<Signature>>(&function_);
  }
  explicit operator bool() const {
    return std::visit([](const auto& function) { return static_cast<bool>(function); }, function_);
  }

 private:
  std::variant<LayerMaker, std::function<Loss(const Config&)>, std::function<Metric(const Config&)>,
               std::function<Optimizer(const Config&)>, std::function<Initializer(const Config&)>,
               std::function<Regularizer(const Config&)>, std::function<Constraint(const Config&)>,
               std::function<optimizers::schedules::LearningRateSchedule(const Config&)>,
               std::function<Tensor(const Tensor&)>, std::function<Tensor(const Tensor&, const Tensor&)>,
               std::function<Tensor(const Shape&, DType)>>
      function_;
};
/// By the names of their classes, or of the functions.
using CustomObjects = std::map<std::string, CustomObject>;

struct RegisterOptions {
  /// Stands before the name in files: "package>name".
  OwnedText package = "Custom";
  /// "": the class's own.
  OptionText name = {};
};

namespace detail {
TRIPTYCH_API std::string class_name_of(const std::type_info& type);
template <class Mine>
auto make(const Config& config) {
  const auto made = [&](auto construct) {
    if constexpr (std::is_constructible_v<Mine, const Config&>)
      return construct(config);
    else
      return construct();
  };
  if constexpr (std::is_base_of_v<LayerBase, Mine>) {
    const auto mine = made([](const auto&... arguments) { return keras::detail::construct<Mine>(arguments...); });
    if constexpr (std::is_base_of_v<ModelBase, Mine>)
      return Model(mine, {}, Location());
    else
      return Layer(mine, {}, Location());
  } else {
    static_assert(std::is_base_of_v<LossBase, Mine> || std::is_base_of_v<MetricBase, Mine> ||
                      std::is_base_of_v<OptimizerBase, Mine>,
                  "register_keras_serializable<Mine>: Mine is a layer, model, loss, metric or optimizer; objects of "
                  "other kinds are registered with a function that makes them");
    const auto mine = made([](const auto&... arguments) { return std::make_shared<Mine>(arguments...); });
    if constexpr (std::is_base_of_v<LossBase, Mine>)
      return Loss(mine, Location());
    else if constexpr (std::is_base_of_v<MetricBase, Mine>)
      return Metric(mine, Location());
    else
      return Optimizer(mine, Location());
  }
}
}  // namespace detail

/// From now on, in the whole process, `name` in files is the class or the function `object`. Functions are called by
/// it, too: `Dense(3, {.activation = "my_function"})`, `.loss = "my_loss"`. ArgumentError for an empty function or
/// name.
TRIPTYCH_API void register_keras_serializable(OwnedText name, CustomObject object, RegisterOptions options = {},
                                              Location where = Location::here());
/// Of a layer, model, loss, metric or optimizer `Mine`, which is made of its Config, or of nothing.
template <class Mine>
void register_keras_serializable(RegisterOptions options = {}, Location where = Location::here()) {
  register_keras_serializable(detail::class_name_of(typeid(Mine)), &detail::make<Mine>, std::move(options), where);
}

/// The registered names, those of innermost scopes first.
TRIPTYCH_API std::vector<std::string> get_custom_objects();
/// "package>name" of a class, or a function, that is registered; "" of others.
TRIPTYCH_API std::string get_registered_name(const OwnedText& class_name);

/// While alive, these names stand for these classes and functions on this thread.
class [[nodiscard]] TRIPTYCH_API custom_object_scope {
 public:
  explicit custom_object_scope(CustomObjects objects, Location where = Location::here());
  ~custom_object_scope();
  custom_object_scope(const custom_object_scope&) = delete;
  custom_object_scope& operator=(const custom_object_scope&) = delete;
};

/// A layer or model as JSON: class and arguments.
TRIPTYCH_API std::string serialize_keras_object(const Layer& layer, Location where = Location::here());
/// A new one of it, with new weights. ArgumentError if the text is none of `serialize_keras_object`'s, or of a class
/// that is not known.
TRIPTYCH_API Layer deserialize_keras_object(const OwnedText& json, const CustomObjects& custom_objects = {},
                                            Location where = Location::here());

}  // namespace saving

struct LoadModelOptions {
  saving::CustomObjects custom_objects = {};
  /// Compiles the model as it was, and reads the optimizer's state.
  bool compile = true;
};

/// How a model is cloned, in Keras's order.
struct CloneModelOptions {
  /// What the new model is to be called on: tensors of other models, from `Input`. Empty: Inputs of its own.
  TensorList input_tensors = {};
  /// Gives the new model's layer for one of the old one's: another one, the same one, which both share then, or
  /// `layers::from_config(layer.base().class_name(), layer.get_config())`, as without.
  std::function<Layer(const Layer& layer)> clone_function = {};
  /// Of models inside, each of their layers, too.
  bool recursive = false;
};

namespace models {

/// Reads a `.keras` file that Keras 3 or `Model::save` wrote. Nothing of the file is run, and nothing is written to
/// disk. ArgumentError, and nothing is changed, unless it is a whole and undamaged file of classes that are known;
/// UnsupportedError in a build without HDF5 and libzip.
TRIPTYCH_API Model load_model(const OwnedText& path, LoadModelOptions options = {}, Location where = Location::here());
/// A new model of `Model::to_json`'s text, with new weights; not compiled.
TRIPTYCH_API Model model_from_json(const OwnedText& json, const saving::CustomObjects& custom_objects = {},
                                   Location where = Location::here());
/// A new model of the same layers, with new weights; compiled as the model is, with an optimizer of its own, unless a
/// part of that is a function or an object of one's own. Layers of one's own must be registered, or made by a
/// `clone_function`. ArgumentError if that makes no layer, or options are given for a model that is neither functional
/// nor a Sequential.
TRIPTYCH_API Model clone_model(const Model& model, CloneModelOptions options = {}, Location where = Location::here());

// Keras's other names.
using keras::Model;
using keras::Sequential;
inline void save_model(const Model& model, const OwnedText& path, SaveOptions options = {},
                       Location where = Location::here()) {
  model.save(path, options, where);
}

}  // namespace models

namespace layers {

/// A new layer of class `class_name` with the arguments that `Layer::get_config` gives.
TRIPTYCH_API Layer from_config(const OwnedText& class_name, const OwnedText& config, Location where = Location::here());

}  // namespace layers

namespace saving {
using CustomObjectScope = custom_object_scope;
using models::load_model;
using models::save_model;
inline void save_weights(const Model& model, const OwnedText& path, SaveOptions options = {},
                         Location where = Location::here()) {
  model.save_weights(path, options, where);
}
inline void load_weights(const Model& model, const OwnedText& path, LoadWeightsOptions options = {},
                         Location where = Location::here()) {
  model.load_weights(path, options, where);
}
}  // namespace saving

namespace utils {
using saving::custom_object_scope;
using saving::CustomObjectScope;
using saving::deserialize_keras_object;
using saving::get_custom_objects;
using saving::get_registered_name;
using saving::register_keras_serializable;
using saving::serialize_keras_object;
}  // namespace utils

namespace layers {
/// A layer as JSON, and a new one of it; see saving::serialize_keras_object.
inline std::string serialize(const Layer& layer, Location where = Location::here()) {
  return saving::serialize_keras_object(layer, where);
}
inline Layer deserialize(const OwnedText& json, const saving::CustomObjects& custom_objects = {},
                         Location where = Location::here()) {
  return saving::deserialize_keras_object(json, custom_objects, where);
}
}  // namespace layers

// Objects of other kinds as JSON, and new ones of it, as of saving::serialize_keras_object; UnsupportedError for a
// function that has no name.
namespace losses {
TRIPTYCH_API std::string serialize(const Loss& loss, Location where = Location::here());
TRIPTYCH_API Loss deserialize(const OwnedText& json, const saving::CustomObjects& custom_objects = {},
                              Location where = Location::here());
}  // namespace losses
namespace metrics {
TRIPTYCH_API std::string serialize(const Metric& metric, Location where = Location::here());
TRIPTYCH_API Metric deserialize(const OwnedText& json, const saving::CustomObjects& custom_objects = {},
                                Location where = Location::here());
}  // namespace metrics
namespace optimizers {
TRIPTYCH_API std::string serialize(const Optimizer& optimizer, Location where = Location::here());
TRIPTYCH_API Optimizer deserialize(const OwnedText& json, const saving::CustomObjects& custom_objects = {},
                                   Location where = Location::here());
}  // namespace optimizers
namespace optimizers::schedules {
TRIPTYCH_API std::string serialize(const LearningRateSchedule& schedule, Location where = Location::here());
TRIPTYCH_API LearningRateSchedule deserialize(const OwnedText& json, const saving::CustomObjects& custom_objects = {},
                                              Location where = Location::here());
}  // namespace optimizers::schedules
namespace initializers {
TRIPTYCH_API std::string serialize(const Initializer& initializer, Location where = Location::here());
TRIPTYCH_API Initializer deserialize(const OwnedText& json, const saving::CustomObjects& custom_objects = {},
                                     Location where = Location::here());
}  // namespace initializers
namespace regularizers {
TRIPTYCH_API std::string serialize(const Regularizer& regularizer, Location where = Location::here());
TRIPTYCH_API Regularizer deserialize(const OwnedText& json, const saving::CustomObjects& custom_objects = {},
                                     Location where = Location::here());
}  // namespace regularizers
namespace constraints {
TRIPTYCH_API std::string serialize(const Constraint& constraint, Location where = Location::here());
TRIPTYCH_API Constraint deserialize(const OwnedText& json, const saving::CustomObjects& custom_objects = {},
                                    Location where = Location::here());
}  // namespace constraints
}  // namespace triptych::keras
